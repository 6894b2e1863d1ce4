// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("signal, and context references")
struct SignalTests {
    @Test("a signal adds, one unless it is told how many, and returns how much it added")
    func adds() throws {
        let file = EventFDFile()
        let reference = try file.makeContextReference()
        #expect(reference.signal() == 1)
        #expect(reference.signal(41) == 41)
        #expect(reference.signal(0) == 0)
        #expect(file.count == 42)
        #expect(try file.read() == 42)
    }

    @Test(
        "it saturates, and says by how much",
        arguments: [
            (0, .max, .max), (0, full, full), (full, 1, 1), (full, 2, 1), (full, .max, 1), (.max, 1, 0), (.max, .max, 0),
            (full - 5, 5, 5), (full - 5, 7, 6), (10, .max, .max - 10),
        ] as [(UInt64, UInt64, UInt64)]
    )
    func saturates(count: UInt64, n: UInt64, added: UInt64) throws {
        for flags in [[], .semaphore, .nonBlocking] as [EventFDFlags] {
            let file = try EventFDFile.holding(count, flags: flags)
            let reference = try file.makeContextReference()
            #expect(reference.signal(n) == added)
            #expect(file.count == count + added)
        }
    }

    @Test("the maximum is an error to poll until it is read")
    func errorAtMaximum() throws {
        let file = EventFDFile()
        let reference = try file.makeContextReference()
        reference.signal(.max)
        #expect(file.poll() == [.input, .error])
        #expect(try file.read() == .max)
        #expect(file.poll() == .output)
    }

    @Test("all references to one context have its identity, other contexts have others")
    func identity() throws {
        let file = EventFDFile()
        let first = try file.makeContextReference()
        let second = try file.makeContextReference()
        let third = second.duplicate()
        let identity = first.id
        #expect(second.id == identity)
        #expect(third.id == identity)
        let other = EventFDFile()
        #expect(try other.makeContextReference().id != identity)
        #expect(Set([first.id, second.id, third.id]).count == 1)
        try file.close()
        #expect(first.id == identity)
    }

    @Test("a duplicate works after the original was put, and the other way round")
    func duplicate() throws {
        let file = EventFDFile()
        let first = try file.makeContextReference()
        let second = first.duplicate()
        first.put()
        #expect(second.signal(2) == 2)
        let third = second.duplicate()
        third.put()
        #expect(second.signal(3) == 3)
        #expect(file.count == 5)
        second.put()
        try file.write(1)
        #expect(file.count == 6)
    }

    @Test("a reference that is dropped is put: the file works on")
    func dropped() throws {
        let file = EventFDFile()
        do {
            let reference = try file.makeContextReference()
            reference.signal()
        }
        #expect(try file.makeContextReference().signal() == 1)
        #expect(file.count == 2)
    }

    @Test("a reference may be kept in an optional of a class, and taken from it")
    func keptInClass() throws {
        final class Device {
            var reference: EventFDContextReference?
            init(_ reference: consuming EventFDContextReference) { self.reference = consume reference }
            func interrupt() { _ = reference?.signal() }
            func end() { reference.take()?.put() }
        }
        let file = EventFDFile()
        let device = Device(try file.makeContextReference())
        device.interrupt()
        device.end()
        device.interrupt()
        device.end()
        #expect(file.count == 1)
    }

    @Test("the context outlives its file: signals and hooked entries work on after the close")
    func outlivesFile() throws {
        let file = EventFDFile(initialValue: 3)
        let reference = try file.makeContextReference()
        let listener = Listener(leavesAtHangup: false)
        listener.hook(on: file)
        let head = try file.queue
        try file.close()
        #expect(reference.signal(5) == 5)
        #expect(reference.signal(.max) == UInt64.max - 8)  // The three were still there.
        #expect(listener.keys.all == [.hangup, .input, .input])
        #expect(file.count == 0)
        let other = reference.duplicate()
        reference.put()
        #expect(other.signal() == 0)
        head.remove(listener.entry)
        #expect(listener.keys.count == 4)
        other.put()
    }

    @Test("an entry that is still hooked when the context ends is let go, and may be hooked elsewhere, though its queue is still held")
    func leftHooked() throws {
        let listener = Listener(leavesAtHangup: false)
        let file = EventFDFile()
        listener.hook(on: file)
        let head = try file.queue
        try file.close()
        let other = EventFDFile()
        listener.hook(on: other)
        try other.write(1)
        #expect(listener.keys.all == [.hangup, .input])
        try other.queue.remove(listener.entry)
        withExtendedLifetime(head) {}
    }

    @Test("the context outlives the file object too")
    func outlivesObject() throws {
        var file: EventFDFile? = EventFDFile()
        guard let reference = try file?.makeContextReference() else { return }
        file = nil
        #expect(reference.signal(2) == 2)
        reference.put()
    }

    @Test("signals from many threads: all are counted, none twice")
    func manyThreads() throws {
        try withWatchdog {
            let file = EventFDFile()
            let signaller = try Signaller(file)
            inParallel(3) { _ in
                for _ in 0..<1000 { signaller.signal(2) }
            }
            #expect(file.count == 6000)
            #expect(try file.read() == 6000)
        }
    }

    @Test("saturation from many threads: what was added in all is the maximum")
    func manyThreadsSaturate() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full - 500)
            let signaller = try Signaller(file)
            let added = Guarded<UInt64>(0)
            inParallel(3) { _ in
                for _ in 0..<200 {
                    let n = signaller.signal(3)
                    added.withLock { $0 += n }
                }
            }
            #expect(added.current == 501)
            #expect(file.count == .max)
        }
    }

    @Test("signalling is allowed, but not inside a wake function or under a head's lock")
    func isSignalAllowed() throws {
        #expect(EventFDContextReference.isSignalAllowed)
        let seen = Recorder<Bool>()
        let file = EventFDFile()
        let listener = Listener { _ in seen.append(EventFDContextReference.isSignalAllowed) }
        listener.hook(on: file)
        try file.write(1)
        #expect(seen.take() == [false])
        #expect(EventFDContextReference.isSignalAllowed)
        let head = WaitQueueHead()
        let entry = WaitQueueEntry { _, _, _ in
            seen.append(EventFDContextReference.isSignalAllowed)
            return .woken
        }
        head.add(entry)
        head.wake(.input)
        #expect(seen.take() == [false])
        #expect(head.withLock { _ in EventFDContextReference.isSignalAllowed } == false)
        #expect(EventFDContextReference.isSignalAllowed)
        head.remove(entry)
    }

    @Test("whether signalling is allowed is a matter of the thread")
    func isSignalAllowedElsewhere() throws {
        try withWatchdog {
            let entered = Gate("the function runs")
            let leave = Gate("the function may end")
            let file = EventFDFile()
            let other = EventFDFile()
            let listener = Listener { events in
                if events == .hangup { return }
                entered.open()
                leave.wait()
            }
            listener.hook(on: file)
            let signaller = try Signaller(file)
            let thread = TestThread("signaller") { signaller.signal() }
            entered.wait()
            #expect(EventFDContextReference.isSignalAllowed)
            #expect(try other.makeContextReference().signal() == 1)
            leave.open()
            #expect(thread.join() == 1)
        }
    }
}
