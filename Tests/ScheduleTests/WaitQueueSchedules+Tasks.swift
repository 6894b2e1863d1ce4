// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Waits in tasks, for which threads stand in, against what ends them early.
    let waitsInTasks = [
        Scenario(
            "a task that begins to wait, against its cancellation",
            fewBecause: "the waiter is queued, and the wait ended, in one section of the lock each"
        ) { run in
            let head = WaitQueueHead.named("queue")
            let task = TaskStandIn(on: head, exclusive: false)
            run.explore([
                "wait": { run.expect(task.wait(until: { false }) == .interrupted, "a wait has ended in another way than it was ended") },
                "cancel": { task.end(with: .interrupted) },
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("a task that is cancelled and whose deadline comes, against a wake") { run in
            let head = WaitQueueHead.named("queue")
            let task = TaskStandIn(on: head, exclusive: false)
            let tokens = Tally()
            run.explore([
                "wait": {
                    let error = task.wait(until: { tokens.take() })
                    if error != nil { tokens.add() }
                },
                "cancel": { task.end(with: .interrupted) },
                "timer": { task.end(with: .timedOut) },
                "wake": {
                    tokens.add()
                    head.wake()
                },
            ])
            // One, that nobody has taken, and perhaps the one that was added for the error.
            run.expect(tokens.count == 0 || tokens.count == 2, "a wait has thrown what it has taken, or returned without it")
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario("two exclusive tasks against two wakes") { run in
            let head = WaitQueueHead.named("queue")
            let tokens = Tally()
            let (task, other) = (TaskStandIn(on: head, exclusive: true), TaskStandIn(on: head, exclusive: true))
            run.explore([
                "wait": { _ = task.wait(until: { tokens.take() }) },
                "wait too": { _ = other.wait(until: { tokens.take() }) },
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
        Scenario("an exclusive task that is cancelled, against a wake and a second one") { run in
            let head = WaitQueueHead.named("queue")
            let tokens = Tally()
            let (task, other) = (TaskStandIn(on: head, exclusive: true), TaskStandIn(on: head, exclusive: true))
            let pass: @Sendable () -> Void = {
                tokens.add()
                head.wake()
            }
            run.explore([
                "wait, cancelled": { if task.wait(until: { tokens.take() }) == nil { pass() } },
                "cancel": { task.end(with: .interrupted) },
                // If nobody passes the token on, this one sleeps for ever.
                "wait": { _ = other.wait(until: { tokens.take() }) },
                "wake": pass,
            ])
            run.expect(!head.hasWaiters, "a waiter that has left is still queued")
        },
        Scenario(
            "an exclusive task that is cancelled with nothing to take, against a wake and an entry behind it",
            fewBecause: "there is one wake and one end, of two sections of the lock and one"
        ) { run in
            let head = WaitQueueHead.named("queue")
            let task = TaskStandIn(on: head, exclusive: true)
            let (looks, behind) = (Tally(), Behind())
            run.explore([
                "wait": {
                    let error = task.wait(until: {
                        looks.add()
                        return false
                    })
                    run.expect(error == .interrupted, "a wait has ended in another way than it was ended")
                },
                "cancel": { task.end(with: .interrupted) },
                "wake": { behind.wake(head) },
            ])
            behind.expectCalled(unlessQueuedAgain: looks, run)
            head.remove(behind.entry)
        },
        Scenario(
            "an exclusive waiter whose time is over with nothing to take, against a wake and an entry behind it",
            timeouts: 1,
            fewBecause: "there is one wake, of two sections of the lock, and one end by time"
        ) { run in
            let head = WaitQueueHead.named("queue")
            let (looks, behind) = (Tally(), Behind())
            run.explore([
                "wait a second": {
                    let condition = {
                        looks.add()
                        return false
                    }
                    run.expect(!head.wait(until: condition, timeout: .seconds(1), exclusive: true), "a wait has seen what was not there")
                },
                "wake": { behind.wake(head) },
            ])
            behind.expectCalled(unlessQueuedAgain: looks, run)
            head.remove(behind.entry)
        },
    ]

    /// An exclusive entry that comes behind whoever waits already, and for which one turn is meant that they have no use for.
    private final class Behind: Sendable {
        private let calls: Tally
        let entry: WaitQueueEntry

        init() {
            let calls = Tally()
            self.calls = calls
            entry = WaitQueueEntry { _, _, _ in
                calls.add()
                return .woken
            }
        }

        func wake(_ head: WaitQueueHead) {
            head.add(entry, exclusive: true)
            head.wake()
        }

        /// A waiter looks when it comes, when it is queued, and when it leaves. One that was chosen and saw no reason to leave has been
        /// queued again, as any other one that finds nothing: that turn is used.
        func expectCalled(unlessQueuedAgain looks: Tally, _ run: ScenarioRun) {
            run.expect(calls.count == 1 || looks.count > 3, "a waiter has left with a turn, and the entry behind it was not called")
        }
    }
#endif
