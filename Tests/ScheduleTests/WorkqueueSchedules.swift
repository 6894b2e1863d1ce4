// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import Workqueue

    @Suite("Schedules of Workqueue")
    struct WorkqueueSchedules {
        @Test("All schedules", arguments: workqueueScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let workqueueScenarios =
        enqueuesOfWorks + cancelsOfWorks + waitingCancelsOfWorks + endsOfQueues + drainsOfQueues + refusals
        + batchesOfWorks + worksOnTwoQueues + worksThatWander + lifetimesOfWorks + timersOfWorks + endsOfTimers + worksThatDoNotCome
        + stallsOfQueues + interruptedWaits

    // MARK: Enqueues and flushes

    private let enqueuesOfWorks = [
        Scenario("enqueue against enqueue") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue twice": {
                    item.enqueue(on: queue)
                    item.enqueue(on: queue)
                },
                "enqueue": { item.enqueue(on: queue) },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue against flush") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue": {
                    item.enqueue(on: queue, tells: true)
                    item.enqueue(on: queue)
                },
                "flush": { item.flush() },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue and flush against enqueue") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue and flush": {
                    item.enqueue(on: queue, tells: true)
                    item.flush()
                },
                "enqueue": { item.enqueue(on: queue) },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        // (With two that enqueue and flush there are twenty times as many schedules, and nothing that this one and the one above do not show.)
        Scenario("enqueue and flush of an item that runs, against flush") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            run.explore([
                "let go, enqueue and flush": {
                    gate.open()
                    item.enqueueAndFlush(on: queue)
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(1, "flush() returned before the run that it found had ended")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue against flush of the queue") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let first = Item(run)
            let second = Item(run) { _, _, _ in first.runs.expectSeen(1, "an item ran before one that was queued before it") }
            run.explore([
                "enqueue two": {
                    first.enqueue(on: queue, tells: true)
                    second.enqueue(on: queue, tells: true)
                },
                "flush": {
                    let (one, other) = (first.runs.lastTold, second.runs.lastTold)
                    queue.flush()
                    first.runs.expectSeen(one, "flush() of the queue returned before what was queued before it had run")
                    second.runs.expectSeen(other, "flush() of the queue returned before what was queued before it had run")
                },
            ])
            for item in [first, second] {
                item.runs.expectNothingLost()
                item.runs.expectOneRunForEachEnqueue()
            }
            queue.shutdown()
        },
        Scenario("flush against flush") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue, tells: true)
            run.explore([
                "let go, and flush": {
                    gate.open()
                    item.flush()
                    run.expect(!item.flush(), "flush() of an idle item found something to wait for")
                },
                "flush": {
                    item.flush()
                    run.expect(!item.flush(), "flush() of an idle item found something to wait for")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("flush of the queue against flush of the queue") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let (one, other) = (Item(run), Item(run))
            run.explore([
                "enqueue and flush": {
                    one.enqueue(on: queue)
                    queue.flush()
                    one.runs.expectSeen(1, "flush() of the queue returned before what was queued before it had run")
                },
                "enqueue and flush too": {
                    other.enqueue(on: queue)
                    queue.flush()
                    other.runs.expectSeen(1, "flush() of the queue returned before what was queued before it had run")
                },
            ])
            queue.shutdown()
        },
        Scenario("flush against an item that queues itself again") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run) { runs, work, number in
                if number == 1 { run.expect(runs.enqueue { queue.enqueue(work) } != .refused, "a running item was not queued again") }
            }
            run.explore([
                "enqueue": { item.enqueue(on: queue, tells: true) },
                "flush twice": {
                    item.flush()
                    item.flush()
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue of an item whose run ends, against flush of the queue") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            run.explore([
                "let go, and enqueue": {
                    gate.open()
                    item.enqueue(on: queue, tells: true)
                },
                "flush": {
                    let event = item.runs.lastTold
                    queue.flush()
                    item.runs.expectOver(1, "flush() of the queue returned before what was running had ended")
                    item.runs.expectSeen(event, "flush() of the queue returned before what was queued before it had run")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
    ]
#endif
