// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// A wake may choose an exclusive waiter that has just seen its condition hold by itself. Here the condition makes that happen: it
/// is asked for the second time when the waiter is queued, wakes the queue, and says yes.
@Suite("a turn that an exclusive waiter has no use for")
struct PassedTurnTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    private func wakeBehindTheWaiter(returning woken: Int) {
        for (name, mask) in [("other events", PollEvents.output), ("next", .all), ("last", .all)] {
            head.add(logging(name, log, mask: mask), exclusive: true)
        }
        head.add(logging("plain", log))
        #expect(head.wake(.input) == woken)
    }

    @Test("goes to the next one, for the same events, and the others are not called again", arguments: [false, true])
    func passedOn(hasTimeout: Bool) {
        withWatchdog {
            var asked = 0
            let condition = {
                asked += 1
                if asked == 2 { wakeBehindTheWaiter(returning: 1) }
                return asked == 2
            }
            if hasTimeout {
                #expect(head.wait(until: condition, timeout: .seconds(100), exclusive: true))
            } else {
                head.wait(until: condition, exclusive: true)
            }
            #expect(log.take() == ["plain", "next"])
        }
    }

    @Test("goes to the next one from a task, too", arguments: [false, true])
    func passedOnByTask(hasTimeout: Bool) async {
        await withWatchdog {
            var asked = 0
            let condition = {
                asked += 1
                if asked == 2 { wakeBehindTheWaiter(returning: 1) }
                return asked == 2
            }
            if hasTimeout {
                #expect(await head.wait(until: condition, timeout: .seconds(100), exclusive: true))
            } else {
                await head.wait(until: condition, exclusive: true)
            }
            #expect(log.take() == ["plain", "next"])
        }
    }

    @Test("goes to the next one when the waiter was chosen, and its time was over")
    func timeIsOver() {
        withWatchdog {
            var asked = 0
            let holds = head.wait(
                until: {
                    asked += 1
                    if asked == 2 { wakeBehindTheWaiter(returning: 1) }
                    return false
                },
                timeout: .nanoseconds(1),
                exclusive: true
            )
            #expect(!holds)
            #expect(asked == 3)
            #expect(log.take() == ["plain", "next"])
        }
    }

    @Test("goes to the next one when the waiter was chosen, and its task was cancelled", arguments: [false, true])
    func cancelled(hasDeadline: Bool) async {
        await withWatchdog {
            let error = await endingOfWait(hasDeadline: hasDeadline) {
                wakeBehindTheWaiter(returning: 1)
                cancelThisTask()
            }
            #expect(error == .interrupted)
            #expect(log.take() == ["plain", "next"])
        }
    }

    @Test("is not there when the waiter was cancelled first: the wake goes to the next one itself", arguments: [false, true])
    func cancelledFirst(hasDeadline: Bool) async {
        await withWatchdog {
            let error = await endingOfWait(hasDeadline: hasDeadline) {
                cancelThisTask()
                wakeBehindTheWaiter(returning: 1)
            }
            #expect(error == .interrupted)
            #expect(log.take() == ["plain", "next"])
        }
    }

    /// An exclusive wait in a task of its own; `whenQueued` runs when the waiter is on the queue, and the condition never holds.
    private func endingOfWait(hasDeadline: Bool, whenQueued: @escaping @Sendable () -> Void) async -> WaitQueueError? {
        await Task { [head] in
            var asked = 0
            let condition = {
                asked += 1
                if asked == 2 { whenQueued() }
                return false
            }
            return await ending { () async throws(WaitQueueError) in
                if hasDeadline {
                    try await head.waitInterruptibly(until: condition, exclusive: true, deadline: .now + .seconds(100))
                } else {
                    try await head.waitInterruptibly(until: condition, exclusive: true)
                }
            }
        }.value
    }

    @Test("is not there when the waiter is not exclusive")
    func plainWaiter() {
        withWatchdog {
            var asked = 0
            head.wait(until: {
                asked += 1
                if asked == 2 { wakeBehindTheWaiter(returning: 1) }
                return asked == 2
            })
            #expect(log.take() == ["plain", "next"])
        }
    }
}
