// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    // A timer that is started before the threads meet would fire before they do: there the worker is held, or they start it.

    /// Items whose timers run, against whoever cancels, flushes or reschedules them. `timeouts`: the timer may come early.
    let timersOfWorks = [
        Scenario("a timer against cancel", timeouts: 1) { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run)
            run.explore([
                "enqueue after a second, twice": {
                    item.enqueue(on: queue)
                    item.enqueue(on: queue)
                },
                "cancel": { item.cancel() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("a timer against cancelAndWait", timeouts: 1) { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run)
            run.explore([
                "enqueue after a second": { item.enqueue(on: queue, tells: true) },
                "cancel and wait": {
                    let wasPendingBefore = item.runs.lastTold != 0
                    item.cancelAndWait()
                    if wasPendingBefore {
                        run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                        item.runs.expectQuietForever("cancelAndWait()")
                    }
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("a timer against flush", timeouts: 1) { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run)
            run.explore([
                "enqueue after a second": { item.enqueue(on: queue, tells: true) },
                "flush": { item.flush() },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("flush of an item whose timer runs does not wait for the timer") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue, tells: true)
            let beginning = Deadline.now
            run.explore([
                "let go, and enqueue again": {
                    gate.open()
                    item.enqueue(on: queue)
                },
                "flush": {
                    run.expect(item.work.flush(), "flush() of a pending item found nothing to wait for")
                    item.runs.expectOver(1, "flush() returned before what was pending before it had run")
                    run.expect(Deadline.now == beginning, "flush() waited for a timer")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("flush against flush of an item whose timer runs", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue, tells: true)
            run.explore([
                "let go, and flush": {
                    gate.open()
                    item.flush()
                },
                "flush": { item.flush() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("a timer against reschedule", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and reschedule": {
                    gate.open()
                    item.reschedule(after: .seconds(2))
                },
                "reschedule to now": { item.reschedule(after: .zero) },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("reschedule to now does not wait for the timer") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            let beginning = Deadline.now
            run.explore([
                "let go, and enqueue again": {
                    gate.open()
                    item.enqueue(on: queue)
                },
                "reschedule to now, and flush": {
                    item.reschedule(after: .zero)
                    queue.flush()
                    item.runs.expectOver(1, "flush() of the queue returned before what was rescheduled to now had run")
                    run.expect(Deadline.now == beginning, "an item that was rescheduled to now waited for its timer")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("reschedule against cancel", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and cancel": {
                    gate.open()
                    item.cancel()
                },
                "reschedule": { item.reschedule(after: .seconds(2)) },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("reschedule against flush", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and flush": {
                    gate.open()
                    item.work.flush()
                },
                "reschedule": { item.reschedule(after: .seconds(2)) },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("two timers against an item without one") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let atOnce = Item(run)
            let sooner = DelayedItem(run) { _, _, _ in atOnce.runs.expectOver(1, "a timer fired before its time") }
            let later = DelayedItem(run) { _, _, _ in sooner.runs.expectOver(1, "a later timer fired before an earlier one") }
            run.explore([
                "start two timers": {
                    later.enqueue(on: queue, after: .seconds(2))
                    sooner.enqueue(on: queue, after: .seconds(1))
                },
                "enqueue, and flush": {
                    atOnce.enqueueAndFlush(on: queue)
                    queue.flush()
                },
            ])
            for runs in [later.runs, sooner.runs, atOnce.runs] { runs.expectNothingLost() }
            queue.shutdown()
        },
    ]
#endif
