// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("Descriptions")
struct DescriptionTests {
    @Test("Events are named bit by bit")
    func events() {
        #expect(PollEvents.input.description == "[input]")
        #expect(("\([PollEvents.hangup, .input] as PollEvents)") == "[input, hangup]")
        #expect(PollEvents([]).description == "[]")
        #expect(PollEvents.all.description == "all")
        #expect(PollEvents([.priority, .output, .error, .invalid, .free]).description == "[priority, output, error, invalid, free]")
        #expect(PollEvents(rawValue: 0x41).description == "[input, 0x40]")
    }

    @Test("Results are named as their cases are")
    func results() {
        #expect([WakeResult.notWoken, .woken, .stop].map(\.description) == ["notWoken", "woken", "stop"])
    }

    @Test("An entry tells whether it is queued, and its mask if it has one")
    func entries() {
        let (head, entry) = (WaitQueueHead(), WaitQueueEntry { _, _, _ in .woken })
        #expect(entry.debugDescription == "WaitQueueEntry(not queued)")
        head.add(entry)
        #expect(entry.debugDescription == "WaitQueueEntry(queued)")
        head.remove(entry)
        #expect(entry.debugDescription == "WaitQueueEntry(not queued)")
        let masked = WaitQueueEntry(mask: [.input, .error]) { _, _, _ in .woken }
        #expect(String(reflecting: masked) == "WaitQueueEntry(not queued, mask [input, error])")
    }

    @Test("A queue tells its number and how many wait; in its own wake function, and in another's, the number only")
    func heads() {
        let (head, other, seen) = (WaitQueueHead(), WaitQueueHead(), Recorder<String>())
        let number = head.snapshot().number
        #expect(head.debugDescription == "WaitQueueHead(wait queue \(number), 0 waiters)")
        let entry = WaitQueueEntry { [unowned head, unowned other] _, _, _ in
            seen.append(head.debugDescription)
            seen.append(other.debugDescription)
            return .woken
        }
        head.add(entry)
        #expect(head.debugDescription == "WaitQueueHead(wait queue \(number), 1 waiter)")
        head.wake(.input)
        #expect(seen.all == ["WaitQueueHead(wait queue \(number))", "WaitQueueHead(wait queue \(other.snapshot().number))"])
        head.remove(entry)
    }
}

@Suite("Snapshots")
struct SnapshotTests {
    private func entry(_ mask: PollEvents = .all) -> WaitQueueEntry { WaitQueueEntry(mask: mask) { _, _, _ in .woken } }

    @Test("Entries are there in the order of a wake, with what they are")
    func order() {
        let head = WaitQueueHead()
        let entries = [entry(), entry(.input), entry(), entry()]
        head.add(entries[0], exclusive: true)
        head.add(entries[1])
        head.add(entries[2], priority: true)
        head.add(entries[3])
        head.wake(.output)
        let snapshot = head.snapshot()
        #expect(snapshot.waiters.map(\.kind) == [.entry, .entry, .entry, .entry])
        #expect(snapshot.waiters.map(\.isPriority) == [true, false, false, false])
        #expect(snapshot.waiters.map(\.isExclusive) == [false, false, false, true])
        #expect(snapshot.waiters.map(\.mask) == [.all, .all, .input, .all])
        #expect(snapshot.wakes == 1)
        #expect(
            snapshot.description == """
                wait queue \(snapshot.number): 4 waiters, 1 wake
                  entry, priority
                  entry
                  entry, mask [input]
                  entry, exclusive
                """
        )
        for entry in entries { head.remove(entry) }
    }

    @Test("More than there was room for at first")
    func many() {
        let head = WaitQueueHead()
        let entries = (0..<1000).map { _ in entry() }
        for entry in entries { head.add(entry) }
        #expect(head.snapshot().waiters.count == 1000)
        for entry in entries { head.remove(entry) }
        #expect(head.snapshot().waiters.isEmpty)
    }

    @Test("A sleeping thread is one, also an exclusive one")
    func threads() {
        withWatchdog {
            let (head, mayGo) = (WaitQueueHead(), Guarded(false))
            let thread = TestThread("waiter") { head.wait(until: { mayGo.current }, exclusive: true) }
            waitUntil("the thread is queued") { head.hasWaiters }
            #expect(head.snapshot().waiters.map(\.description) == ["thread, exclusive"])
            mayGo.withLock { $0 = true }
            head.wakeAll()
            thread.join()
            #expect(head.snapshot().waiters.isEmpty)
        }
    }

    @Test("A suspended task is one")
    func tasks() async {
        await withWatchdog {
            let (head, mayGo) = (WaitQueueHead(), Guarded(false))
            let task = Task { await head.wait(until: { mayGo.current }) }
            await waitUntil("the task is queued") { head.hasWaiters }
            #expect(head.snapshot().waiters.map(\.description) == ["task"])
            mayGo.withLock { $0 = true }
            head.wakeAll()
            await task.value
        }
    }

    @Test("In a wake function it is misuse")
    func inAWakeFunction() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (head, other) = (WaitQueueHead(), WaitQueueHead())
            head.add(
                WaitQueueEntry { _, _, _ in
                    _ = other.snapshot()
                    return .woken
                }
            )
            head.wake()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("WaitQueueHead.snapshot() was called inside a wake function or under a wait queue's lock"))
    }
}
