// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("remove")
struct RemoveTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    @Test("a removed entry is not called any more", arguments: Kind.allCases)
    func removed(kind: Kind) {
        let entry = logging("it", log)
        head.add(entry, as: kind)
        head.wake(.input)
        head.remove(entry)
        head.wake(.input)
        head.wakeAll()
        #expect(log.all == ["it"])
        #expect(!head.hasWaiters)
    }

    @Test("removing what is not queued has no effect")
    func notQueued() {
        let entry = logging("it", log)
        head.remove(entry)
        head.add(entry)
        head.remove(entry)
        head.remove(entry)
        head.withLock { locked in locked.remove(entry) }
        #expect(head.visited(log) == [])
        head.add(entry)
        #expect(head.visited(log) == ["it"])
    }

    @Test("removing what is queued elsewhere has no effect there")
    func queuedElsewhere() {
        let other = WaitQueueHead()
        let entry = logging("it", log)
        head.add(entry)
        other.remove(entry)
        other.withLock { locked in locked.remove(entry) }
        #expect(head.hasWaiters)
        #expect(head.visited(log) == ["it"])
    }

    @Test("a function that runs under another head's walk removes nothing of this one through its view")
    func foreignView() {
        let other = WaitQueueHead()
        let entry = logging("it", log)
        head.add(entry)
        other.add(logging("other", log) { _, locked in locked.remove(entry) })
        other.wake(.input)
        #expect(head.visited(log) == ["it"])
    }

    @Test("I17: remove returns only after a running function has finished")
    func barrier() {
        withWatchdog {
            let entered = Gate("the function runs")
            let leave = Gate("the function may end")
            let entry = WaitQueueEntry { [log] _, _, _ in
                log.append("begins")
                entered.open()
                leave.wait()
                log.append("ends")
                return .woken
            }
            head.add(entry)
            let waker = TestThread("waker") { [head] in _ = head.wake(.input) }
            entered.wait()
            let remover = TestThread("remover") { [head, log] in
                inStep("remove") { head.remove(entry) }
                log.append("removed")
            }
            remover.waitUntilAsleep(in: "remove")
            #expect(log.all == ["begins"])
            leave.open()
            waker.join()
            remover.join()
            #expect(log.all == ["begins", "ends", "removed"])
            head.wake(.input)
            #expect(log.count == 3)
        }
    }

    @Test("I17: the removal of an entry that is not running waits for no other function than those of its own queue")
    func noBarrierForOtherHeads() {
        withWatchdog {
            let other = WaitQueueHead()
            let entered = Gate("the function runs")
            let leave = Gate("the function may end")
            other.add(
                WaitQueueEntry { _, _, _ in
                    entered.open()
                    leave.wait()
                    return .woken
                }
            )
            let waker = TestThread("waker") { _ = other.wake(.input) }
            entered.wait()
            let entry = logging("it", log)
            head.add(entry)
            head.remove(entry)  // Returns, though the function on the other head still runs.
            leave.open()
            waker.join()
        }
    }

    @Test("I17: after remove nothing of the function's doing is still to come (hammer)")
    func hammer() {
        withWatchdog {
            let stop = Gate("stop")
            let wakers = (0..<2).map { number in
                TestThread("waker \(number)") { [head] in
                    while !stop.isOpen { head.wake(.input) }
                }
            }
            let late = Recorder<Int>()
            for round in 0..<300 {
                // No lock guards these two: the head's alone orders them.
                let isHooked = Unprotected(true)
                let calls = Unprotected(0)
                let entry = WaitQueueEntry { _, _, _ in
                    if !isHooked.value { late.append(round) }
                    calls.value += 1
                    return .woken
                }
                head.add(entry, exclusive: round.isMultiple(of: 2))
                if round.isMultiple(of: 3) { waitUntil("it was called") { [head] in head.withLock { _ in calls.value } > 0 } }
                head.remove(entry)
                isHooked.value = false
                calls.value = -1
            }
            stop.open()
            for waker in wakers { waker.join() }
            #expect(late.all == [])
        }
    }

    @Test("several threads remove the same entry: each returns after the function, one of them unhooks it")
    func removedByMany() {
        withWatchdog {
            for _ in 0..<50 {
                let entry = logging("it", log)
                head.add(entry)
                inParallel(3, name: "remover") { [head] _ in head.remove(entry) }
                #expect(!head.hasWaiters)
                head.add(entry)
                head.remove(entry)
            }
            head.wakeAll()
            #expect(log.isEmpty)
        }
    }

    @Test("add, remove and wake from many threads: in the end the queue is empty and every entry was as often added as removed")
    func storm() {
        withWatchdog {
            let calls = Guarded(0)
            inParallel(3, name: "user") { [head] number in
                var random = SplitMix64(seed: UInt64(number))
                let entries = (0..<8).map { _ in
                    WaitQueueEntry { entry, _, locked in
                        let call = calls.withLock { calls in
                            calls += 1
                            return calls
                        }
                        if call.isMultiple(of: 7) { locked.remove(entry) }
                        return call.isMultiple(of: 5) ? .notWoken : .woken
                    }
                }
                for _ in 0..<400 {
                    let entry = entries[Int.random(in: entries.indices, using: &random)]
                    let kind = Kind.allCases[Int.random(in: 0..<3, using: &random)]
                    head.remove(entry)
                    head.add(entry, as: kind)
                    head.wake(.input, maxExclusive: Int.random(in: 0...2, using: &random))
                    if Bool.random(using: &random) { head.remove(entry) }
                }
                for entry in entries { head.remove(entry) }
            }
            #expect(calls.current > 0)
            #expect(!head.hasWaiters)
        }
    }
}
