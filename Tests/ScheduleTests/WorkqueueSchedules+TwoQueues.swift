// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// An item that runs on one queue and is queued on another: at most one instance runs anywhere.
    let worksOnTwoQueues = [
        Scenario("enqueue on one queue against enqueue on another") { run in
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run)
            run.explore([
                "enqueue on one": { item.enqueue(on: one) },
                "enqueue on the other": { item.enqueue(on: other) },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("an item that runs is queued on another queue, and what comes behind it waits") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            let next = Item(run) { _, _, _ in item.runs.expectSeen(2, "an item ran before one that was queued before it") }
            item.enqueue(on: one)
            run.explore([
                "enqueue both": {
                    item.enqueue(on: other)
                    next.enqueue(on: other, tells: true)
                },
                "let go, and flush the other queue": {
                    gate.open()
                    let event = next.runs.lastTold
                    other.flush()
                    next.runs.expectSeen(event, "flush() of the queue returned before what was queued before it had run")
                },
            ])
            for item in [item, next] {
                item.runs.expectNothingLost()
                item.runs.expectOneRunForEachEnqueue()
            }
            one.shutdown()
            other.shutdown()
        },
        Scenario("flush of an item that runs on one queue and is queued on another") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.explore([
                "enqueue, and let go": {
                    item.enqueue(on: other, tells: true)
                    gate.open()
                },
                "flush": {
                    item.flush()
                    item.runs.expectOver(1, "flush() returned before the run on the first queue had ended")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("flush of an item that runs on one queue, against cancel on another") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.settle()
            item.enqueue(on: other)
            run.explore([
                "let go, and cancel": {
                    gate.open()
                    item.cancel()
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(1, "flush() returned before the run on the first queue had ended")
                    run.expect(!item.work.isPending, "flush() returned, and what was queued before it still is")
                    item.runs.expectQuietForever("flush()")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("cancelAndWait against enqueue on another queue") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.explore([
                "enqueue, and let go": {
                    // Accepted only before the other call has begun, which then takes it back.
                    item.enqueue(on: other)
                    gate.open()
                },
                "cancel and wait": {
                    item.cancelAndWait()
                    run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                    item.runs.expectQuietForever("cancelAndWait()")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("shutdown of the queue on which an item runs that is queued on another") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.explore([
                "enqueue, and let go": {
                    item.enqueue(on: other)
                    gate.open()
                },
                "shut down": {
                    one.shutdown()
                    item.runs.expectOver(1, "shutdown() returned before what ran had ended")
                },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
            other.shutdown()
        },
        Scenario(
            "shutdown of the queue on which an item waits for its run on another",
            fewBecause: "the worker takes what is queued in one section, and meets the other thread at few points"
        ) { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.explore([
                "enqueue, and let go": {
                    item.enqueue(on: other)
                    gate.open()
                },
                "shut down": {
                    other.shutdown()
                    // What was accepted there has run, and nothing is accepted any more.
                    run.expect(!item.work.isPending, "shutdown() returned, and an item was pending")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
        },
        Scenario("flush, and the queue on which an item ran goes meanwhile") { run in
            let gate = Gate(run)
            let other = SingleThreadWorkqueue(name: "other")
            let one = Share(SingleThreadWorkqueue(name: "one"), willDrop: { _ in })
            let item = Item(run, gate: gate)
            item.enqueue(on: one.object)
            run.settle()
            item.enqueue(on: other)
            run.explore([
                "let go, and drop the queue": {
                    gate.open()
                    one.drop()
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(2, "flush() returned before both instances had ended")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            other.shutdown()
        },
    ]
#endif
