// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("waiting for a condition")
struct WaitTests {
    let head = WaitQueueHead()
    let flag = Guarded(false)
    let left = Recorder<Int>()

    private func sleeper(_ number: Int, exclusive: Bool = false) -> TestThread<Void> {
        let looks = Guarded(0)
        let thread = TestThread("sleeper \(number)") { [head, flag, left] in
            let condition = {
                let holds = flag.current
                looks.withLock { $0 += 1 }
                return holds
            }
            inStep("wait") { head.wait(until: condition, exclusive: exclusive) }
            left.append(number)
        }
        // It is queued when it looks for the second time. Without this a sleep on the way is taken for the one that is meant.
        waitUntil("sleeper \(number) is queued") { thread.isFinished || looks.current > 1 }
        thread.waitUntilAsleep(in: "wait")
        return thread
    }

    @Test("a condition that is true at entry is asked once, and nobody is queued")
    func trueAtEntry() {
        var asked = 0
        head.wait(until: {
            asked += 1
            return !head.hasWaiters
        })
        #expect(asked == 1)
        head.wait(until: { !head.hasWaiters }, exclusive: true)
        #expect(head.wait(until: { !head.hasWaiters }, timeout: .seconds(10)))
        #expect(head.wait(until: { !head.hasWaiters }, timeout: .zero))
        #expect(head.wait(until: { !head.hasWaiters }, timeout: .seconds(10), exclusive: true))
    }

    @Test("a sleeper is a waiter, leaves when it is woken and the condition is true, and is no waiter then")
    func woken() {
        withWatchdog {
            let thread = sleeper(1)
            #expect(head.hasWaiters)
            flag.withLock { $0 = true }
            #expect(left.isEmpty)
            #expect(head.wake() == 0)  // It is not exclusive.
            thread.join()
            #expect(left.all == [1])
            #expect(!head.hasWaiters)
        }
    }

    @Test("a wake promises nothing: the condition is asked again, and the sleeper sleeps on")
    func spurious() {
        withWatchdog {
            let asked = Guarded(0)
            let thread = TestThread("sleeper") { [head, flag, left] in
                inStep("wait") {
                    head.wait(until: {
                        asked.withLock { $0 += 1 }
                        return flag.current
                    })
                }
                left.append(1)
            }
            for _ in 0..<5 {
                thread.waitUntilAsleep(in: "wait")
                let before = asked.current
                head.wake()
                waitUntil("the condition was asked again") { asked.current > before }
            }
            thread.waitUntilAsleep(in: "wait")
            #expect(left.isEmpty)
            flag.withLock { $0 = true }
            head.wake()
            thread.join()
        }
    }

    @Test("a wake for any event wakes a sleeper", arguments: [.input, .output, .hangup] as [PollEvents])
    func anyEvent(events: PollEvents) {
        withWatchdog {
            let thread = sleeper(1)
            flag.withLock { $0 = true }
            head.wake(events)
            thread.join()
        }
    }

    @Test("one wake wakes all plain sleepers")
    func allPlain() {
        withWatchdog {
            let threads = (1...4).map { sleeper($0) }
            flag.withLock { $0 = true }
            #expect(head.wake(.input, maxExclusive: 0) == 0)
            for thread in threads { thread.join() }
            #expect(left.all.sorted() == [1, 2, 3, 4])
        }
    }

    @Test("exclusive sleepers leave first in, first out, one for each wake")
    func exclusiveFIFO() {
        withWatchdog {
            let threads = (1...4).map { sleeper($0, exclusive: true) }
            flag.withLock { $0 = true }
            for number in 1...4 {
                #expect(head.wake() == 1)
                #expect(left.wait(forCount: number) == Array(1...number))
                threads[number - 1].join()
            }
            #expect(head.wake() == 0)
            #expect(!head.hasWaiters)
        }
    }

    @Test("maxExclusive counts exclusive sleepers")
    func exclusiveCount() {
        withWatchdog {
            let threads = (1...4).map { sleeper($0, exclusive: true) }
            flag.withLock { $0 = true }
            #expect(head.wake(.input, maxExclusive: 0) == 0)
            #expect(head.wake(.input, maxExclusive: 2) == 2)
            #expect(Set(left.wait(forCount: 2)) == [1, 2])
            #expect(head.wakeAll() == 2)
            for thread in threads { thread.join() }
            #expect(left.count == 4)
        }
    }

    @Test("plain sleepers all leave with the wake that takes one exclusive one")
    func mixed() {
        withWatchdog {
            let exclusive = [sleeper(11, exclusive: true), sleeper(12, exclusive: true)]
            let plain = [sleeper(1), sleeper(2)]
            flag.withLock { $0 = true }
            #expect(head.wake() == 1)
            for thread in plain { thread.join() }
            exclusive[0].join()
            #expect(left.all.sorted() == [1, 2, 11])
            #expect(head.wake() == 1)
            exclusive[1].join()
        }
    }

    @Test("a sleeper and a hooked entry share the queue")
    func besideEntries() {
        withWatchdog {
            let log = Recorder<String>()
            let thread = sleeper(1, exclusive: true)
            let entry = logging("entry", log)
            head.add(entry, exclusive: true)
            flag.withLock { $0 = true }
            #expect(head.wake(.input, maxExclusive: 2) == 2)
            thread.join()
            #expect(log.all == ["entry"])
            head.remove(entry)
        }
    }

    @Test("the condition may look at the head, and may itself wake it")
    func conditionUsesHead() {
        withWatchdog {
            let thread = TestThread("sleeper") { [head, flag] in
                head.wait(until: {
                    _ = head.hasWaiters
                    head.withLock { _ in }
                    return flag.current
                })
            }
            waitUntil("it is queued") { head.hasWaiters }
            flag.withLock { $0 = true }
            head.wake()
            thread.join()
        }
    }

    @Test("what was stored before the wake is seen by the condition that follows it (hammer, no lock but the head's)")
    func storesAreSeen() {
        withWatchdog {
            let box = Unprotected(0)
            let turn = Guarded(0)
            let reader = TestThread("reader") { [head] in
                var seen: [Int] = []
                for round in 1...300 {
                    head.wait(until: { head.withLock { _ in box.value } >= round })
                    seen.append(head.withLock { _ in box.value })
                    turn.withLock { $0 = round }
                    head.wake(.output)
                }
                return seen
            }
            for round in 1...300 {
                head.withLock { locked in
                    box.value = round
                    locked.wake(.input)
                }
                head.wait(until: { turn.current >= round })
            }
            #expect(reader.join() == Array(1...300))
        }
    }
}
