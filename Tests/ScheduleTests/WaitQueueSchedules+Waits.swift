// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Threads that sleep until a condition holds.
    let waitsOnQueues = [
        Scenario("wait against wake") { run in
            let head = WaitQueueHead.named("queue")
            let events = Tally(run, of: "events")
            run.explore([
                "wait": { for round in 1...3 { head.wait(until: { events.count >= round }) } },
                "wake": {
                    for _ in 1...3 {
                        events.add()
                        head.wake()
                    }
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("wait against wake, down to the word", spuriousWakeups: 1, looksInside: true) { run in
            let head = WaitQueueHead.named("queue")
            let events = Tally()
            run.explore([
                "wait": { head.wait(until: { events.count >= 1 }) },
                "wake": {
                    events.add()
                    head.wake()
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("two waiters against wake") { run in
            let head = WaitQueueHead.named("queue")
            let events = Tally()
            let wait: @Sendable () -> Void = { head.wait(until: { events.count == 1 }) }
            run.explore([
                "wait": wait,
                "wait too": wait,
                "wake": {
                    events.add()
                    head.wake()
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("a wait with a timeout against wake", timeouts: 1) { run in
            let head = WaitQueueHead.named("queue")
            let events = Tally()
            run.explore([
                "wait": {
                    for round in 1...2 {
                        if !waitASecond(head, until: { events.count >= round }, run) { head.wait(until: { events.count >= round }) }
                    }
                },
                "wake": {
                    events.add()
                    head.wake()
                    events.add()
                    head.wake()
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("wait under the lock against wake") { run in
            let head = WaitQueueHead.named("queue")
            let (items, narrows) = (Tally(), Narrows())
            run.explore([
                "take": {
                    for _ in 1...4 {
                        head.withLock { locked in
                            locked.wait(until: { _ in items.count > 0 })
                            narrows.pass(run, "the wait under the lock has returned without it")
                            items.subtract()
                        }
                    }
                },
                "give": {
                    for _ in 1...4 {
                        head.withLock { locked in
                            narrows.pass(run, "the wait under the lock has slept with it, or returned without it")
                            items.add()
                            locked.wake()
                        }
                    }
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("wait under the lock with a timeout against wake", timeouts: 1) { run in
            let head = WaitQueueHead.named("queue")
            let items = Tally()
            run.explore([
                "take": {
                    let deadline = Deadline(after: .seconds(1))
                    head.withLock { locked in
                        var last = false
                        let condition = { (_: inout WaitQueueHead.Locked) -> Bool in
                            last = items.count > 0
                            return last
                        }
                        let holds = locked.wait(until: condition, timeout: .seconds(1))
                        run.expect(holds == last, "the wait has returned something else than its last look")
                        run.expect(holds || deadline.hasPassed, "the wait was over before its time")
                        run.expect(!locked.hasWaiters, "a waiter that has left is still queued")
                        for count in 2...5 { locked.wait(until: { _ in items.count >= count }) }
                    }
                },
                "give": {
                    for _ in 1...5 {
                        head.withLock { locked in
                            items.add()
                            locked.wake()
                        }
                    }
                },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
    ]

    /// Waits with a timeout, and looks at what the wait did.
    private func waitASecond(
        _ head: WaitQueueHead,
        until condition: () -> Bool,
        exclusive: Bool = false,
        aloneOnQueue: Bool = true,
        _ run: ScenarioRun
    ) -> Bool {
        let deadline = Deadline(after: .seconds(1))
        var (last, isLate) = (false, false)
        let holds = head.wait(
            until: {
                last = condition()
                isLate = deadline.hasPassed
                return last
            },
            timeout: .seconds(1),
            exclusive: exclusive
        )
        run.expect(holds == last, "the wait has returned something else than its last look")
        run.expect(holds || isLate, "the wait was given up without a look after its time was over")
        if aloneOnQueue { run.expect(!head.hasWaiters, "a waiter that has left is still queued") }
        return holds
    }

    // MARK: Exclusive waiters

    /// Of whom one wake wakes one.
    let exclusiveWaits = [
        Scenario("two exclusive waiters against two wakes") { run in
            let head = WaitQueueHead.named("queue")
            let tokens = Tally(run, of: "tokens")
            let wait: @Sendable () -> Void = { head.wait(until: { tokens.take() }, exclusive: true) }
            run.explore([
                "wait": wait,
                "wait too": wait,
                "wake": {
                    for _ in 1...2 {
                        tokens.add()
                        run.expect(head.wake() <= 1, "one turn has woken two exclusive waiters")
                    }
                },
            ])
            run.expect(tokens.count == 0, "a token was taken twice, or by nobody")
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("one exclusive waiter wakes the next") { run in
            let head = WaitQueueHead.named("queue")
            let (tokens, narrows) = (Tally(), Narrows())
            let wait: @Sendable () -> Void = {
                for _ in 1...2 {
                    head.wait(until: { tokens.take() }, exclusive: true)
                    narrows.pass(run, "one token was taken twice")
                    tokens.add()
                    head.wake()
                }
            }
            tokens.add()
            run.explore(["wait": wait, "wait too": wait])
            run.expect(tokens.count == 1, "a token was lost, or taken twice")
        },
        Scenario("an exclusive waiter whose time is over, against a wake and an entry behind it", timeouts: 2) { run in
            let head = WaitQueueHead.named("queue")
            let (tokens, calls) = (Tally(), Tally())
            let entry = WaitQueueEntry { _, _, _ in
                calls.add()
                return .woken
            }
            run.explore([
                "wait a second": {
                    for _ in 1...2 { _ = waitASecond(head, until: { tokens.take() }, exclusive: true, aloneOnQueue: false, run) }
                },
                "wake": {
                    head.add(entry, exclusive: true)
                    for _ in 1...2 {
                        tokens.add()
                        head.wake()
                    }
                },
            ])
            run.expect(calls.count >= tokens.count, "a wake was swallowed by a waiter that had given up")
            head.remove(entry)
        },
        Scenario("an exclusive waiter whose time is over, against a wake and a second waiter", timeouts: 1) { run in
            let head = WaitQueueHead.named("queue")
            let tokens = Tally()
            let pass: @Sendable () -> Void = {
                tokens.add()
                head.wake()
            }
            run.explore([
                "wait a second": {
                    if waitASecond(head, until: { tokens.take() }, exclusive: true, aloneOnQueue: false, run) { pass() }
                },
                // If nobody passes the token on, this one sleeps for ever.
                "wait": { head.wait(until: { tokens.take() }, exclusive: true) },
                "wake": pass,
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
    ]
#endif
