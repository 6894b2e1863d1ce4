// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// Waits of tasks that are cut short. Threads stand in for the tasks: they make the same steps, and sleep instead of being suspended.
    ///
    /// A wait that says that it was not cut short must have waited; one that was must be off its list, which nobody may find it on afterwards.
    let interruptedWaits = [
        Scenario(
            "a flush that is interrupted against the end of the run",
            fewBecause: fewMeetings
        ) { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "let go, and flush": {
                    gate.open()
                    if wait.flush(item.work) { item.runs.expectOver(1, tooEarly) }
                },
                "interrupt": { wait.interrupt() },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario(
            "a flush of the queue that is interrupted behind an item, against the worker",
            fewBecause: fewMeetings
        ) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "flush": {
                    if wait.flush(queue) { item.runs.expectOver(1, tooEarly) }
                },
                "let go, and interrupt": {
                    gate.open()
                    wait.interrupt()
                },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario("a flush that is interrupted in a batch, beside one that goes on") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (first, second) = (Item(run, gate: gate), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "flush": {
                    if wait.flush(second.work) { second.runs.expectOver(1, tooEarly) }
                },
                "let go, and flush": {
                    gate.open()
                    second.flush()
                },
                "interrupt": { wait.interrupt() },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario(
            "a flush that is interrupted against the cancel of the item, which hands it on",
            fewBecause: fewMeetings
        ) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let (first, second) = (Item(run), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "flush": { _ = wait.flush(second.work) },
                "cancel both, and let go": {
                    second.cancel()
                    first.cancel()
                    gate.open()
                },
                "interrupt": { wait.interrupt() },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario(
            "a cancelAndWait that is interrupted against the end of the run",
            fewBecause: fewMeetings
        ) { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate)
            item.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "wait": {
                    if wait.awaitRun(of: item.work) { run.remark("was not interrupted") }
                },
                "let go, and interrupt": {
                    gate.open()
                    wait.interrupt()
                },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario("a shutdown that is interrupted against the end, and another shutdown") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            item.enqueue(on: queue)
            let wait = TaskBarrier()
            run.explore([
                "shut down": {
                    if wait.shutDown(queue) { item.runs.expectQuietForever("a shutdown that was not interrupted") }
                },
                "interrupt, and shut down": {
                    wait.interrupt()
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
            ])
            expectNobodyWaits(run, on: queue)
        },
        Scenario("two flushes that are interrupted, one behind the other") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let (one, other) = (TaskBarrier(), TaskBarrier())
            run.explore([
                "flush": { _ = one.flush(queue) },
                "flush too, after an interrupt": {
                    one.interrupt()
                    _ = other.flush(queue)
                },
                "let go, and interrupt": {
                    gate.open()
                    other.interrupt()
                },
            ])
            expectNobodyWaits(run, on: queue)
            queue.shutdown()
        },
        Scenario("a flush that is interrupted beside another queue's worker, which waits for the same run") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate)
            item.enqueue(on: one)
            run.settle()
            let wait = TaskBarrier()
            run.explore([
                "enqueue on the other, and let go": {
                    item.enqueue(on: other)
                    gate.open()
                },
                "flush": { _ = wait.flush(one) },
                "interrupt": { wait.interrupt() },
            ])
            item.runs.expectOneRunForEachEnqueue()
            expectNobodyWaits(run, on: one)
            one.shutdown()
            other.shutdown()
        },
    ]

    private let fewMeetings = "the worker and who interrupts meet at the queue's locks and at one word, and nowhere else"

    private let tooEarly = "a flush that was not interrupted returned before the run had ended"

    private func expectNobodyWaits(_ run: ScenarioRun, on queue: SingleThreadWorkqueue) {
        run.expect(queue.core.waiters == 0, "a barrier was left on its list")
    }
#endif
