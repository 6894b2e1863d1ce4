// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

/// The last reference to a file goes where a hang-up may not be sent. The hang-up comes once the lock is gone.
@Suite("the release that is put off")
struct PutOffReleaseTests {
    let log = Recorder<String>()

    /// A file with one reference, and an entry hooked on it that writes its hang-up into the log.
    private func file() -> LastReference {
        let file = EventFDFile()
        Listener { [log] events in if events == .hangup { log.append("hang-up") } }.hook(on: file)
        return LastReference(file)
    }

    /// A head whose function does this.
    private func head(_ body: @escaping @Sendable () -> Void) -> WaitQueueHead {
        let head = WaitQueueHead()
        head.add(
            WaitQueueEntry { entry, _, locked in
                locked.remove(entry)
                body()
                return .woken
            }
        )
        return head
    }

    @Test("inside a function of another head: the hang-up comes after the walk, before the wake returns")
    func otherHead() {
        let last = file()
        let head = head { [log] in
            last.drop()
            log.append("the function ends")
        }
        head.wake(.input)
        #expect(log.all == ["the function ends", "hang-up"])
    }

    @Test("under the lock of a head: the hang-up comes after the unlock")
    func underLock() {
        let last = file()
        let head = WaitQueueHead()
        head.withLock { _ in
            last.drop()
            log.append("the body ends")
        }
        #expect(log.all == ["the body ends", "hang-up"])
    }

    @Test("under two locks: after the outer one")
    func underTwoLocks() {
        let last = file()
        let outer = WaitQueueHead()
        let inner = WaitQueueHead()
        outer.withLock { _ in
            inner.withLock { _ in last.drop() }
            log.append("the inner lock is gone")
        }
        #expect(log.all == ["the inner lock is gone", "hang-up"])
    }

    @Test("in a function of a nested walk: after the outer lock")
    func nestedWalk() {
        let last = file()
        let inner = head { last.drop() }
        let outer = head { [log] in
            inner.wake(.input)
            log.append("the outer function ends")
        }
        outer.wake(.input)
        #expect(log.all == ["the outer function ends", "hang-up"])
    }

    @Test("inside a function of its own context: after the walk, though the signal goes on without the file")
    func ownContext() throws {
        let last = Guarded<LastReference?>(nil)
        let listener = Listener { [log] events in
            if events == .input { last.current?.drop() }
            log.append(events == .input ? "input ends" : "hang-up")
        }
        let signaller = try signallerOfFile(kept: last, with: listener)
        #expect(signaller.signal() == 1)
        #expect(log.all == ["input ends", "hang-up"])
        #expect(listener.keys.all == [.input, .hangup])
        #expect(signaller.signal() == 1)
    }

    /// Makes a file whose only reference is kept there, and on which the listener is hooked.
    private func signallerOfFile(kept place: Guarded<LastReference?>, with listener: Listener) throws -> Signaller {
        let file = EventFDFile()
        listener.hook(on: file)
        place.withLock { $0 = LastReference(file) }
        return try Signaller(file)
    }

    @Test("inside a function of another eventfd")
    func otherEventFD() throws {
        let last = file()
        let other = EventFDFile()
        let listener = Listener { [log] events in
            guard events == .input else { return }
            last.drop()
            log.append("the function ends")
        }
        listener.hook(on: other)
        try other.write(1)
        #expect(log.all == ["the function ends", "hang-up"])
    }

    @Test("inside the hang-up of another file: one release after the other")
    func chainOfHangups() {
        let last = file()
        let middle = file(named: "hang-up in the middle", dropping: last)
        let first = file(named: "hang-up of the first", dropping: middle)
        first.drop()
        #expect(log.all == ["hang-up of the first", "hang-up in the middle", "hang-up"])
    }

    /// A file with one reference, at whose hang-up another one is let go.
    private func file(named name: String, dropping next: LastReference) -> LastReference {
        let file = EventFDFile()
        Listener { [log] _ in
            next.drop()
            log.append(name)
        }.hook(on: file)
        return LastReference(file)
    }

    @Test("several files in one function: each has its hang-up")
    func several() {
        let files = (0..<5).map { _ in file() }
        let head = head { [log] in
            for file in files { file.drop() }
            log.append("the function ends")
        }
        head.wake(.input)
        #expect(log.all == ["the function ends"] + Array(repeating: "hang-up", count: 5))
    }

    @Test("the last reference in the closure of an entry that removes itself")
    func inClosureOfEntry() {
        let head = WaitQueueHead()
        do {
            let last = file()
            head.add(
                WaitQueueEntry { [log] entry, _, locked in
                    locked.remove(entry)
                    log.append(last.isEmpty ? "empty" : "the function ends")
                    return .woken
                }
            )
        }
        head.wake(.input)
        #expect(log.all == ["the function ends", "hang-up"])
    }

    @Test("a context reference is put inside a function, even the last one")
    func contextReference() throws {
        let file = EventFDFile()
        let box = ReferenceBox(try file.makeContextReference())
        try file.close()
        let head = head { box.put() }
        head.wake(.input)
        #expect(box.isEmpty)
    }

    @Test("each put-off release has its hang-up, on many threads (hammer)")
    func storm() {
        withWatchdog {
            let hangups = Guarded(0)
            inParallel(2) { _ in
                for _ in 0..<100 {
                    let file = EventFDFile()
                    Listener { events in if events == .hangup { hangups.withLock { $0 += 1 } } }.hook(on: file)
                    let last = LastReference(file)
                    let head = WaitQueueHead()
                    let entry = WaitQueueEntry { _, _, _ in
                        last.drop()
                        return .woken
                    }
                    head.add(entry)
                    head.wake(.input)
                    head.remove(entry)
                }
            }
            #expect(hangups.current == 200)
        }
    }
}

/// A place for a context reference that is put inside a wake function.
private final class ReferenceBox: @unchecked Sendable {
    // @unchecked: each test uses its box on one thread.
    private var reference: EventFDContextReference?

    init(_ reference: consuming EventFDContextReference) { self.reference = consume reference }

    var isEmpty: Bool { reference == nil }

    func put() { reference.take()?.put() }
}
