// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// What does not happen must leave no trace: an item that was taken back, an enqueue that was refused.
    let worksThatDoNotCome = [
        Scenario("cancel of an item for whose run a queue waits lets the queue go on") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            let next = Item(run) { _, _, _ in gate.open() }
            item.enqueue(on: one)
            run.settle()
            run.explore([
                "enqueue and cancel": {
                    item.enqueue(on: other)
                    item.cancel()
                },
                "enqueue the next": { next.enqueue(on: other) },
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario(
            "reschedule after an enqueue that another queue refused",
            fewBecause: "one thread and a worker: what it shows is no race, and was found where races were looked for"
        ) { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "queue")
            let closed = SingleThreadWorkqueue(name: "closed")
            let item = DelayedItem(run, gate: gate)
            item.enqueue(on: queue, after: .zero)
            gate.open()
            item.work.flush()
            closed.shutdown()
            run.explore([
                "enqueue, and reschedule": {
                    run.expect(item.enqueue(on: closed) == .refused, "a queue was shut down, and then took an item")
                    item.reschedule(after: .zero)
                    item.work.flush()
                    item.runs.expectOver(2, "an idle item was not queued on the queue on which it was last")
                }
            ])
            item.runs.expectOneRunForEachEnqueue()
            queue.shutdown()
        },
    ]
#endif
