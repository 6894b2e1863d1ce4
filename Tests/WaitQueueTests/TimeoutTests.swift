// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("waiting with a timeout")
struct TimeoutTests {
    let head = WaitQueueHead()
    let flag = Guarded(false)

    @Test("it times out, not before its time, and is no waiter any more", arguments: [false, true])
    func timesOut(exclusive: Bool) {
        withWatchdog {
            let began = ContinuousClock.now
            #expect(!head.wait(until: { false }, timeout: .milliseconds(15), exclusive: exclusive))
            #expect(ContinuousClock.now - began >= .milliseconds(15))
            #expect(!head.hasWaiters)
        }
    }

    @Test("a timeout of nothing, or less, asks the condition and does not wait", arguments: [Duration.zero, .seconds(-5)])
    func nothing(timeout: Duration) {
        withWatchdog {
            var asked = 0
            #expect(
                !head.wait(
                    until: {
                        asked += 1
                        return false
                    },
                    timeout: timeout
                )
            )
            #expect(asked >= 1)
            #expect(head.wait(until: { true }, timeout: timeout))
            #expect(!head.hasWaiters)
        }
    }

    @Test("woken before the end: true")
    func woken() {
        withWatchdog {
            let thread = TestThread("sleeper") { [head, flag] in
                inStep("wait") { head.wait(until: { flag.current }, timeout: .seconds(3600)) }
            }
            thread.waitUntilAsleep(in: "wait")
            flag.withLock { $0 = true }
            head.wake()
            #expect(thread.join())
            #expect(!head.hasWaiters)
        }
    }

    @Test("a condition that became true without a wake is seen at the end: true")
    func trueAtTheEnd() {
        withWatchdog {
            let began = ContinuousClock.now
            let timeout = Duration.milliseconds(15)
            #expect(head.wait(until: { ContinuousClock.now - began >= timeout }, timeout: timeout))
            #expect(ContinuousClock.now - began >= timeout)
        }
    }

    @Test("wakes in between do not prolong it")
    func notProlonged() {
        withWatchdog {
            let isOver = Gate("it is over")
            let waker = TestThread("waker") { [head] in
                while !isOver.isOpen { head.wake() }
            }
            #expect(!head.wait(until: { false }, timeout: .milliseconds(15)))
            isOver.open()
            waker.join()
        }
    }

    // In a process of its own: a wait that goes wrong here does not end.
    @Test("not even when each look at the condition wakes its own sleeper", arguments: [false, true])
    func notProlongedByItself(locked: Bool) async {
        await #expect(processExitsWith: .success) { [locked] in
            withWatchdog(seconds: 5) { precondition(!waitWakingItself(locked: locked), "a condition that is never true came true") }
        }
    }

    @Test("a very long timeout is no short one", arguments: [Duration.seconds(Int64.max), .seconds(Int64.max / 1_000_000_000 + 1)])
    func veryLong(timeout: Duration) {
        withWatchdog {
            let thread = TestThread("sleeper") { [head, flag] in
                inStep("wait") { head.wait(until: { flag.current }, timeout: timeout) }
            }
            thread.waitUntilAsleep(in: "wait")
            #expect(!thread.isFinished)
            flag.withLock { $0 = true }
            head.wake()
            #expect(thread.join())
        }
    }

    @Test("an exclusive sleeper that timed out takes no wake from the next one")
    func timedOutTakesNothing() {
        withWatchdog {
            #expect(!head.wait(until: { false }, timeout: .milliseconds(1), exclusive: true))
            let thread = TestThread("sleeper") { [head, flag] in
                inStep("wait") { head.wait(until: { flag.current }, exclusive: true) }
            }
            thread.waitUntilAsleep(in: "wait")
            flag.withLock { $0 = true }
            #expect(head.wake() == 1)
            thread.join()
        }
    }

    @Test("many times out at once: none is left in the queue")
    func many() {
        withWatchdog {
            inParallel(4) { [head] number in
                for _ in 0..<20 {
                    _ = head.wait(until: { false }, timeout: .microseconds(number * 50), exclusive: number.isMultiple(of: 2))
                }
            }
            #expect(!head.hasWaiters)
            #expect(head.wakeAll() == 0)
        }
    }
}

private func waitWakingItself(locked: Bool) -> Bool {
    let head = WaitQueueHead()
    if locked {
        return head.withLock { view in
            view.wait(
                until: { view in
                    view.wakeAll()
                    return false
                },
                timeout: .milliseconds(10)
            )
        }
    }
    return head.wait(
        until: {
            head.wakeAll()
            return false
        },
        timeout: .milliseconds(10)
    )
}
