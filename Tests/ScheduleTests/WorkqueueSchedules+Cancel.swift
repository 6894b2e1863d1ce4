// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// `cancel()`, which waits for nobody, against everything else.
    let cancelsOfWorks = [
        Scenario("enqueue against cancel") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue twice": {
                    item.enqueue(on: queue)
                    item.enqueue(on: queue)
                },
                "cancel": { item.cancel() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            run.expect(!item.work.isPending, "an item is pending, and nobody will run it")
            queue.shutdown()
        },
        Scenario("cancel against cancel") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    item.cancel()
                    item.enqueue(on: queue)
                },
                "cancel": { item.cancel() },
                "cancel too": { item.cancel() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancel against flush") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, and cancel": {
                    gate.open()
                    item.cancel()
                },
                "flush": {
                    item.work.flush()
                    run.expect(!item.work.isPending, "flush() returned, and what was pending before it still is")
                    item.runs.expectQuietForever("flush()")
                    run.expect(!item.work.flush(), "flush() of an idle item found something to wait for")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancel of an item behind another, against flush of the queue") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let (first, second) = (Item(run), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    second.cancel()
                    second.enqueue(on: queue)
                },
                "flush": {
                    queue.flush()
                    first.runs.expectSeen(1, "flush() of the queue returned before the item in front of a cancelled one had run")
                },
            ])
            first.runs.expectOneRunForEachEnqueue()
            second.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancel of an item behind one that runs, against flush of the queue") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (first, second) = (Item(run, gate: gate), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    second.cancel()
                    second.enqueue(on: queue)
                },
                "flush": {
                    queue.flush()
                    first.runs.expectSeen(1, "flush() of the queue returned before the item in front of a cancelled one had run")
                },
            ])
            first.runs.expectOneRunForEachEnqueue()
            second.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancel of an item that queues itself again, against flush") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 1 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            run.explore([
                "let it run, cancel, and enqueue": {
                    gate.open()
                    item.cancel()
                    item.enqueue(on: queue)
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(1, "flush() returned before the run that it found had ended")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancel and enqueue again, against flush") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    item.cancel()
                    item.enqueue(on: queue, tells: true)
                },
                "flush": { item.flush() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            item.runs.expectNothingLost()
            queue.shutdown()
        },
    ]

    /// `cancelAndWait()`: on return the item is neither pending nor running, and meanwhile every enqueue is refused.
    let waitingCancelsOfWorks = [
        Scenario("enqueue against cancelAndWait") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue twice": {
                    item.enqueue(on: queue, tells: true)
                    item.enqueue(on: queue, tells: true)
                },
                "cancel and wait": {
                    let areQueuedBefore = item.runs.lastTold == 2
                    item.cancelAndWait()
                    if areQueuedBefore {
                        run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                        item.runs.expectQuietForever("cancelAndWait()")
                    }
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue of an item that runs, against cancelAndWait") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            run.explore([
                "enqueue, and let the run end": {
                    // Accepted only before the other call has begun, which then takes it back.
                    item.enqueue(on: queue)
                    item.enqueue(on: queue)
                    gate.open()
                },
                "cancel and wait": {
                    item.cancelAndWait()
                    run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                    item.runs.expectQuietForever("cancelAndWait()")
                    item.runs.allowMore()
                    run.expect(item.enqueue(on: queue) == .queued, "an enqueue was refused after cancelAndWait() had returned")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancelAndWait against an item that queues itself again") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number < 3 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            run.explore([
                "let go": { gate.open() },
                "cancel and wait": {
                    item.cancelAndWait()
                    run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                    item.runs.expectQuietForever("cancelAndWait()")
                    item.runs.allowMore()
                    run.expect(item.enqueue(on: queue) == .queued, "an enqueue was refused after cancelAndWait() had returned")
                    item.cancel()
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancelAndWait against cancelAndWait") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 1 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            let cancel: @Sendable () -> Void = {
                item.cancelAndWait()
                run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                item.runs.expectQuietForever("cancelAndWait()")
            }
            run.explore([
                "let go, cancel and wait": {
                    gate.open()
                    cancel()
                },
                "cancel and wait": cancel,
            ])
            item.runs.expectOneRunForEachEnqueue()
            item.runs.allowMore()
            run.expect(item.enqueue(on: queue) == .queued, "an enqueue was refused after both cancelAndWait() had returned")
            queue.shutdown()
        },
        Scenario("cancelAndWait against flush") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 1 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            run.explore([
                "let go, cancel and wait": {
                    gate.open()
                    item.cancelAndWait()
                    run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                    item.runs.expectQuietForever("cancelAndWait()")
                },
                "flush": {
                    item.work.flush()
                    item.runs.expectOver(1, "flush() returned before the run that it found had ended")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("cancelAndWait against cancel") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "let go, cancel and wait": {
                    gate.open()
                    item.cancelAndWait()
                    run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                    item.runs.expectQuietForever("cancelAndWait()")
                },
                "cancel, and flush": {
                    item.cancel()
                    item.work.flush()
                    item.runs.expectQuietForever("flush()")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
    ]
#endif
