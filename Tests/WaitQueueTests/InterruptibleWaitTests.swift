// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("waiting in a task until a deadline, and as an exclusive one that may be cancelled")
struct InterruptibleWaitTests {
    let head = WaitQueueHead()
    let flag = Guarded(false)
    let clock = HandClock()

    private func isQueued() async {
        await waitUntil("the task is queued") { head.hasWaiters }
    }

    private func waiter(exclusive: Bool = false) -> Task<WaitQueueError?, Never> {
        Task { [head, flag, clock] in
            await ending { () async throws(WaitQueueError) in
                try await head.waitInterruptibly(
                    until: { flag.current },
                    exclusive: exclusive,
                    deadline: clock.now.advanced(by: .seconds(5)),
                    clock: clock
                )
            }
        }
    }

    @Test("a deadline that has passed: the condition is asked once, nobody is queued, and the clock does not sleep")
    func passedBefore() async throws {
        var asked = 0
        let ask = { (answer: Bool) -> Bool in
            asked += 1
            return answer && !head.hasWaiters
        }
        await #expect(throws: WaitQueueError.timedOut) {
            try await head.waitInterruptibly(until: { ask(false) }, deadline: clock.now, clock: clock)
        }
        try await head.waitInterruptibly(until: { ask(true) }, exclusive: true, deadline: clock.now, clock: clock)
        #expect(asked == 2)
        #expect(clock.sleeps == 0)
        await #expect(throws: WaitQueueError.timedOut) { try await head.waitInterruptibly(until: { false }, deadline: .now) }
    }

    @Test("a deadline that comes ends the wait, and one that has not come does not", arguments: [false, true])
    func passedDuring(exclusive: Bool) async {
        await withWatchdog {
            let task = waiter(exclusive: exclusive)
            await waitUntil("the timer sleeps") { clock.sleepers == 1 }
            await isQueued()
            clock.advance(by: .seconds(4))
            head.wake()
            await isQueued()
            #expect(clock.sleepers == 1)
            clock.advance(by: .seconds(1))
            #expect(await task.value == .timedOut)
            #expect(!head.hasWaiters)
        }
    }

    @Test("the wait may be over first: its timer ends at once", arguments: [false, true])
    func timerEnds(isCancelled: Bool) async {
        await withWatchdog {
            let task = waiter()
            await waitUntil("the timer sleeps") { clock.sleepers == 1 }
            await isQueued()
            if isCancelled {
                task.cancel()
            } else {
                flag.withLock { $0 = true }
                head.wake()
            }
            #expect(await task.value == (isCancelled ? .interrupted : nil))
            await waitUntil("the timer has ended") { clock.sleepers == 0 }
            #expect(clock.sleeps == 1)
            #expect(!head.hasWaiters)
        }
    }

    @Test("a wait has one timer, however often it is woken")
    func oneTimer() async {
        await withWatchdog {
            let task = waiter()
            await waitUntil("the timer sleeps") { clock.sleepers == 1 }
            for _ in 0..<20 {
                await isQueued()
                head.wake()
            }
            await isQueued()
            clock.advance(by: .seconds(5))
            #expect(await task.value == .timedOut)
            #expect(clock.sleeps == 1)
        }
    }

    @Test("a task that is cancelled before it waits throws at once, unless the condition is true; the deadline comes second")
    func cancelledBefore() async {
        await withWatchdog {
            let task = Task { [head, clock] in
                await waitUntil("the task is cancelled") { Task.isCancelled }
                try await head.waitInterruptibly(until: { true }, exclusive: true)
                try await head.waitInterruptibly(until: { true }, deadline: clock.now, clock: clock)
                await #expect(throws: WaitQueueError.interrupted) { try await head.waitInterruptibly(until: { false }, exclusive: true) }
                await #expect(throws: WaitQueueError.interrupted) {
                    try await head.waitInterruptibly(until: { false }, deadline: clock.now, clock: clock)
                }
                return clock.sleeps
            }
            task.cancel()
            #expect(await (try? task.value) == 0)
        }
    }

    @Test("an exclusive one counts as one, and a cancelled one is no waiter any more")
    func exclusive() async throws {
        try await withWatchdog {
            let task = Task { [head, flag] in try await head.waitInterruptibly(until: { flag.current }, exclusive: true) }
            await isQueued()
            #expect(head.wake() == 1)
            await isQueued()
            flag.withLock { $0 = true }
            #expect(head.wake() == 1)
            try await task.value
            #expect(head.wake() == 0)

            let other = Task { [head] in try await head.waitInterruptibly(until: { false }, exclusive: true) }
            await isQueued()
            other.cancel()
            await #expect(throws: WaitQueueError.interrupted) { try await other.value }
            #expect(head.wake() == 0)
        }
    }

    @Test("what is true at the last look ends the wait as if nobody had cancelled it")
    func trueAtLastLook() async throws {
        try await withWatchdog {
            let task = Task { [head] in
                var asked = 0
                try await head.waitInterruptibly(
                    until: {
                        asked += 1
                        // Queued, and not on the way out yet.
                        if asked == 2 { cancelThisTask() }
                        return asked == 3
                    },
                    exclusive: true
                )
                return asked
            }
            let asked = try await task.value
            #expect(asked == 3)
            #expect(!head.hasWaiters)
        }
    }

    // In processes of their own: an overflow would end it, and the count is that of the process.
    @Test("a deadline that is very far away is no near one, and no overflow")
    func veryFar() async {
        await #expect(processExitsWith: .success) {
            await withWatchdog {
                let head = WaitQueueHead()
                let flag = Guarded(false)
                let task = Task {
                    let deadline = ContinuousClock.Instant.now.advanced(by: .seconds(Int64.max))
                    return await ending { () async throws(WaitQueueError) in
                        try await head.waitInterruptibly(until: { flag.current }, deadline: deadline)
                    }
                }
                await waitUntil("the task is queued") { head.hasWaiters }
                for _ in 0..<1000 { await Task.yield() }  // Whatever counts the time has its turn.
                flag.withLock { $0 = true }
                head.wake()
                let error = await task.value
                precondition(error == nil, "it timed out")
            }
        }
    }

    @Test("a clock that does not listen keeps its task, and not the queue")
    func deafClock() async {
        await #expect(processExitsWith: .success) {
            await withWatchdog {
                let clock = HandClock(isDeaf: true)
                let before = WaitQueueDiagnostics.current.headsAlive
                do {
                    let head = WaitQueueHead()
                    let deadline = clock.now.advanced(by: .seconds(1))
                    let task = Task { try await head.waitInterruptibly(until: { false }, deadline: deadline, clock: clock) }
                    await waitUntil("the timer sleeps") { clock.sleepers == 1 }
                    task.cancel()
                    _ = await task.result
                }
                await waitUntil("the queue is gone") { WaitQueueDiagnostics.current.headsAlive == before }
                precondition(clock.sleepers == 1)
                clock.advance(by: .seconds(1))
                await waitUntil("the timer has ended") { clock.sleepers == 0 }
            }
        }
    }

    @Test("a clock that cannot sleep ends the wait, as its deadline would")
    func sleeplessClock() async {
        await withWatchdog {
            let clock = SleeplessClock()
            await #expect(throws: WaitQueueError.timedOut) {
                try await head.waitInterruptibly(until: { false }, deadline: clock.now.advanced(by: .seconds(1)), clock: clock)
            }
            #expect(!head.hasWaiters)
        }
    }

    @Test("exclusive waiters, some cancelled and some with deadlines, against wakes: no ticket is lost (hammer)")
    func noTicketIsLost() async {
        await withWatchdog {
            for round in 0..<150 {
                let tickets = Guarded(0)
                let take = { @Sendable () -> Bool in
                    tickets.withLock { tickets in
                        if tickets == 0 { return false }
                        tickets -= 1
                        return true
                    }
                }
                let tasks = (0..<9).map { number in
                    Task { [head] in
                        await ending { () async throws(WaitQueueError) in
                            if number % 3 == 2 {
                                let deadline = ContinuousClock.Instant.now + .microseconds(round * 3)
                                try await head.waitInterruptibly(until: take, exclusive: true, deadline: deadline)
                            } else {
                                try await head.waitInterruptibly(until: take, exclusive: true)
                            }
                        }
                    }
                }
                if round.isMultiple(of: 2) { await isQueued() }
                let canceller = Task { for number in stride(from: 0, to: 9, by: 3) { tasks[number].cancel() } }
                for _ in tasks {
                    tickets.withLock { $0 += 1 }
                    head.wake()
                }
                await canceller.value
                var taken = 0
                for (number, task) in tasks.enumerated() {
                    // There are tickets enough: who may go on waiting gets one. If a wake is lost, this is where it hangs.
                    let error = await task.value
                    switch error {
                    case nil: taken += 1
                    case .interrupted: #expect(number % 3 == 0)
                    case .timedOut: #expect(number % 3 == 2)
                    default: Issue.record("\(String(describing: error))")
                    }
                }
                #expect(taken + tickets.current == tasks.count)
                #expect(!head.hasWaiters)
            }
        }
    }

    @Test("errors say their number and what to do")
    func errors() {
        let errors: [(WaitQueueError, Int32, String)] = [(.interrupted, 4, "EINTR"), (.timedOut, 62, "ETIME")]
        for (error, number, name) in errors {
            #expect(error.errorNumber == number)
            #expect(error.description.hasPrefix("\(name) (\(number)): "))
            #expect(error.description.contains("; "))
        }
    }
}

/// What a wait threw, if anything.
func ending(_ body: () async throws(WaitQueueError) -> Void) async -> WaitQueueError? {
    do throws(WaitQueueError) {
        try await body()
        return nil
    } catch {
        return error
    }
}

/// From inside a condition.
func cancelThisTask() { unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() } }
