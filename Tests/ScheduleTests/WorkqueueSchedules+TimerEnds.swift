// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Synchronization
    internal import Workqueue

    /// Items whose timers run, on a queue that ends, or while they run on another one.
    let endsOfTimers = [
        Scenario("a timer against shutdown", timeouts: 1) { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run)
            run.explore([
                "enqueue after a second": { item.enqueue(on: queue) },
                "shut down": {
                    queue.shutdown()
                    run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                    item.runs.expectQuietForever("shutdown()")
                },
            ])
            item.runs.expectAtMostOneRunForEachEnqueue()
        },
        Scenario("flush of a timer that is due, and the worker looks once more before it sleeps", timeouts: 2) { run in
            ScheduleSeam.workersLookOnceMore.store(true, ordering: .relaxed)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run)
            let time = Parker()
            run.explore([
                "enqueue after a second, flush after two": {
                    item.enqueue(on: queue, tells: true)
                    _ = time.park("time to pass", until: Deadline(after: .seconds(2)))
                    item.flush()
                }
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue against flush, and the worker looks once more before it sleeps") { run in
            ScheduleSeam.workersLookOnceMore.store(true, ordering: .relaxed)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue": { item.enqueue(on: queue, tells: true) },
                "flush": { item.flush() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("flush of the last timer against shutdown") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            let beginning = Deadline.now
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    queue.shutdown()
                    run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                    item.runs.expectQuietForever("shutdown()")
                    run.expect(Deadline.now == beginning, "shutdown() waited for a timer")
                },
                "flush": {
                    // It is run, or it is dropped: only then is there nothing to wait for.
                    if item.work.flush() {
                        item.runs.expectOver(1, "flush() returned before what it waited for had run")
                    } else {
                        run.expect(!item.work.isPending, "flush() returned, and what was pending before it still is")
                    }
                },
            ])
            item.runs.expectAtMostOneRunForEachEnqueue()
        },
        Scenario("cancel of the last timer against shutdown", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    queue.shutdown()
                    run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                    item.runs.expectQuietForever("shutdown()")
                },
                "cancel": { item.cancel() },
            ])
            item.runs.expectAtMostOneRunForEachEnqueue()
        },
        Scenario("reschedule against shutdown", timeouts: 1) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    queue.shutdown()
                    run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                    item.runs.expectQuietForever("shutdown()")
                },
                "reschedule": { item.work.reschedule(after: .seconds(2)) },
            ])
        },
        Scenario("shutdown waits for no timer, against reschedule") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let (queued, timed) = (DelayedItem(run), DelayedItem(run))
            queued.enqueue(on: queue, after: .zero)
            timed.enqueue(on: queue)
            let beginning = Deadline.now
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    queue.shutdown()
                    for item in [queued, timed] {
                        run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                        item.runs.expectQuietForever("shutdown()")
                    }
                    run.expect(Deadline.now == beginning, "shutdown() waited for a timer")
                },
                "reschedule": { queued.work.reschedule(after: .seconds(2)) },
            ])
            run.expect(timed.runs.count == 0, "an item ran before its time")
        },
        Scenario("shutdown against a timer whose time has come") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = DelayedItem(run)
            item.enqueue(on: queue)
            // The worker is busy, so that nobody looks at the timer.
            let parker = Parker()
            _ = parker.park("the time of the timer", until: Deadline(after: .seconds(1)))
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    queue.shutdown()
                    item.runs.expectOver(1, "shutdown() returned before an item whose time had come had run")
                    item.runs.expectQuietForever("shutdown()")
                },
                "flush the queue": {
                    queue.flush()
                    item.runs.expectOver(1, "flush() of the queue returned before an item whose time had come had run")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
        },
        Scenario("flush of an item that runs on one queue and whose timer runs on another") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = DelayedItem(run, gate: gate)
            item.enqueue(on: one, after: .zero)
            let beginning = Deadline.now
            run.explore([
                "let go, and start the timer": {
                    gate.open()
                    item.enqueue(on: other, tells: true)
                },
                "flush": {
                    item.flush()
                    item.runs.expectOver(1, "flush() returned before the run on the first queue had ended")
                    run.expect(Deadline.now == beginning, "flush() waited for a timer")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("flush of an item that runs on one queue, against cancel of its timer on another") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = DelayedItem(run, gate: gate)
            item.enqueue(on: one, after: .zero)
            run.explore([
                "let go, start the timer, and cancel": {
                    gate.open()
                    item.enqueue(on: other)
                    item.cancel()
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(1, "flush() returned before the run on the first queue had ended")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
    ]
#endif
