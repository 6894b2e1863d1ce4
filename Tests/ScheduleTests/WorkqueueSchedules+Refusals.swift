// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    // Another thread is inside the call before the threads meet, and cannot leave it before the gate is open.

    /// While a call lasts, what comes from outside is refused.
    let refusals = [
        Scenario("enqueue while an item is being cancelled") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 1 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            run.settle()
            let canceller = KernelThread(name: "cancel and wait") { item.cancelAndWait() }
            run.settle()
            run.explore([
                "enqueue, and let go": {
                    run.expect(item.enqueue(on: queue) == .refused, "an item was taken while it was being cancelled")
                    gate.open()
                },
                "enqueue twice": {
                    item.enqueue(on: queue)
                    item.enqueue(on: queue)
                },
            ])
            canceller.join()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue while an item is being cancelled twice") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            run.settle()
            let canceller = KernelThread(name: "cancel and wait") { item.cancelAndWait() }
            run.settle()
            run.explore([
                "let go, and enqueue": {
                    gate.open()
                    item.enqueue(on: queue)
                },
                "cancel and wait too": {
                    item.cancelAndWait()
                    item.work.flush()
                },
            ])
            canceller.join()
            item.runs.expectOneRunForEachEnqueue()
            run.expect(item.enqueue(on: queue) == .queued, "an enqueue was refused after both cancelAndWait() had returned")
            queue.shutdown()
        },
        Scenario("reschedule while an item is being cancelled") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = DelayedItem(run, gate: gate)
            item.enqueue(on: queue, after: .zero)
            run.settle()
            let cancel: @Sendable () -> Void = {
                item.cancelAndWait()
                run.expect(!item.work.isPending, "an item was pending when cancelAndWait() returned")
                item.runs.expectQuietForever("cancelAndWait()")
            }
            let canceller = KernelThread(name: "cancel and wait", cancel)
            run.settle()
            run.explore([
                "reschedule, and let go": {
                    item.work.reschedule(after: .zero)
                    item.work.reschedule(after: .seconds(1))
                    gate.open()
                },
                "cancel and wait too": cancel,
            ])
            canceller.join()
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
        Scenario("enqueue while a queue is being drained") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (chained, outsider) = (Item(run), Item(run))
            let head = Item(run, gate: gate) { _, _, _ in
                run.expect(chained.enqueue(on: queue) == .queued, "a queue refused what its own item queued")
            }
            head.enqueue(on: queue)
            run.settle()
            let drainer = KernelThread(name: "drain") { queue.drain() }
            run.settle()
            run.explore([
                "enqueue, and let go": {
                    run.expect(outsider.enqueue(on: queue) == .refused, "a queue that was being drained took an item from outside")
                    gate.open()
                },
                "flush, and enqueue": {
                    queue.flush()
                    outsider.enqueue(on: queue)
                },
            ])
            drainer.join()
            for item in [head, chained, outsider] { item.runs.expectOneRunForEachEnqueue() }
            queue.shutdown()
        },
        Scenario("enqueue while a queue is being shut down") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (chained, outsider, timed) = (Item(run), Item(run), DelayedItem(run))
            let head = Item(run, gate: gate) { _, _, _ in
                run.expect(chained.enqueue(on: queue) == .queued, "a queue refused what its own item queued")
                run.expect(timed.enqueue(on: queue) == .refused, "a queue that was being shut down started a timer")
            }
            head.enqueue(on: queue)
            run.settle()
            let ender = KernelThread(name: "shut down") { queue.shutdown() }
            run.settle()
            run.explore([
                "enqueue, and let go": {
                    run.expect(outsider.enqueue(on: queue) == .refused, "a queue that was being shut down took an item from outside")
                    gate.open()
                },
                "start a timer, and shut down": {
                    run.expect(timed.enqueue(on: queue) == .refused, "a queue that was being shut down started a timer")
                    queue.shutdown()
                    chained.runs.expectOver(1, "shutdown() returned before what the queue's own item had queued was over")
                },
            ])
            ender.join()
            for item in [head, chained, outsider] { item.runs.expectOneRunForEachEnqueue() }
        },
    ]
#endif
