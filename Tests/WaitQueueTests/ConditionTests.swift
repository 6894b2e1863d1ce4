// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// A condition may take what it finds ("if there is a ticket, take it"). So once it has said yes, the wait is over, and it is
/// not asked again. Each condition here says yes at one question, and then only from the second after it on: a wait that asks
/// again ends too, having asked too often.
@Suite("a condition that was seen true once is not asked again")
struct ConditionTests {
    let head = WaitQueueHead()

    /// Runs `body` while another thread wakes the queue all the time, so that every further question is asked.
    private func withWakes(_ body: () -> Void) {
        withWatchdog {
            let isOver = Gate("it is over")
            let waker = TestThread("waker") { [head] in
                while !isOver.isOpen { head.wakeAll() }
            }
            body()
            isOver.open()
            waker.join()
        }
    }

    @Test("plain, exclusive and with a timeout", arguments: 1...4)
    func synchronous(question: Int) {
        withWakes {
            for exclusive in [false, true] {
                var asked = 0
                head.wait(
                    until: {
                        asked += 1
                        return saysYes(asked, at: question)
                    },
                    exclusive: exclusive
                )
                #expect(asked == question)
                asked = 0
                let isTrue = head.wait(
                    until: {
                        asked += 1
                        return saysYes(asked, at: question)
                    },
                    timeout: .seconds(100),
                    exclusive: exclusive
                )
                #expect(isTrue)
                #expect(asked == question)
            }
        }
    }

    @Test("what comes true between the first look and the queueing is seen without a wake")
    func lookedAtAgain() async throws {
        try await withWatchdog {
            synchronousLooks()
            for exclusive in [false, true] {
                var asked = 0
                let condition = {
                    asked += 1
                    return asked > 1
                }
                await head.wait(until: condition, exclusive: exclusive)
                asked = 0
                #expect(await head.wait(until: condition, timeout: .seconds(100), exclusive: exclusive))
            }
            var asked = 0
            try await head.waitInterruptibly(until: {
                asked += 1
                return asked > 1
            })
            #expect(!head.hasWaiters)
        }
    }

    private func synchronousLooks() {
        for exclusive in [false, true] {
            var asked = 0
            let condition = {
                asked += 1
                return asked > 1
            }
            head.wait(until: condition, exclusive: exclusive)
            asked = 0
            #expect(head.wait(until: condition, timeout: .seconds(100), exclusive: exclusive))
        }
    }

    @Test("with the lock held", arguments: 1...4)
    func locked(question: Int) {
        withWakes {
            var asked = 0
            head.withLock { locked in
                locked.wait(until: { _ in
                    asked += 1
                    return saysYes(asked, at: question)
                })
            }
            #expect(asked == question)
            asked = 0
            let isTrue = head.withLock { locked in
                locked.wait(
                    until: { _ in
                        asked += 1
                        return saysYes(asked, at: question)
                    },
                    timeout: .seconds(100)
                )
            }
            #expect(isTrue)
            #expect(asked == question)
        }
    }

    @Test("in a task", arguments: 1...4)
    func asynchronous(question: Int) async throws {
        try await withWatchdog {
            let isOver = Gate("it is over")
            let waker = TestThread("waker") { [head] in
                while !isOver.isOpen { head.wakeAll() }
            }
            for exclusive in [false, true] {
                var asked = 0
                await head.wait(
                    until: {
                        asked += 1
                        return saysYes(asked, at: question)
                    },
                    exclusive: exclusive
                )
                #expect(asked == question)
                asked = 0
                let isTrue = await head.wait(
                    until: {
                        asked += 1
                        return saysYes(asked, at: question)
                    },
                    timeout: .seconds(100),
                    exclusive: exclusive
                )
                #expect(isTrue)
                #expect(asked == question)
            }
            var asked = 0
            try await head.waitInterruptibly(until: {
                asked += 1
                return saysYes(asked, at: question)
            })
            #expect(asked == question)
            isOver.open()
            await waitUntil("the waker has ended") { waker.isFinished }
        }
    }

    @Test("in a cancelled task, whose last look it is: it returns having seen yes, or throws having seen no", arguments: 1...3)
    func cancelled(question: Int) async {
        await withWatchdog {
            let isCancelled = Gate("cancelled")
            let task = Task { [head] in
                await waitUntil("the task is cancelled") { isCancelled.isOpen }
                var asked = 0
                do {
                    try await head.waitInterruptibly(until: {
                        asked += 1
                        return saysYes(asked, at: question)
                    })
                    return asked == question
                } catch {
                    return asked < question
                }
            }
            task.cancel()
            isCancelled.open()
            #expect(await task.value)
            #expect(!head.hasWaiters)
        }
    }
}

private func saysYes(_ asked: Int, at question: Int) -> Bool { asked == question || asked >= question + 2 }
