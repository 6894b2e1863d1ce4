// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// `shutdown()`: what was accepted runs, and on return nothing runs any more.
    let endsOfQueues = [
        Scenario("enqueue against shutdown") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let (first, second) = (Item(run), Item(run))
            run.explore([
                "enqueue two": {
                    let isRefused = first.enqueue(on: queue) == .refused
                    if isRefused { run.expect(second.enqueue(on: queue) == .refused, "a queue was shut down, and then took an item") }
                    if !isRefused { second.enqueue(on: queue) }
                },
                "shut down": {
                    queue.shutdown()
                    first.runs.expectQuietForever("shutdown()")
                    second.runs.expectQuietForever("shutdown()")
                },
            ])
            first.runs.expectOneRunForEachEnqueue()
            second.runs.expectOneRunForEachEnqueue()
        },
        Scenario("shutdown against shutdown") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            let shutDown: @Sendable () -> Void = {
                queue.shutdown()
                item.runs.expectOver(1, "shutdown() returned before what was queued had run")
                item.runs.expectQuietForever("shutdown()")
            }
            run.explore([
                "let go, and shut down": {
                    gate.open()
                    shutDown()
                },
                "shut down": shutDown,
            ])
        },
        Scenario("shutdown against an item that queues itself again") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run) { runs, work, number in
                if number < 3 { run.expect(runs.enqueue { queue.enqueue(work) } == .queued, "a queue refused what its own item queued") }
            }
            run.explore([
                "enqueue": { item.enqueue(on: queue) },
                "shut down": {
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            run.expect([0, 3].contains(item.runs.count), "an item that had queued itself again did not run again")
        },
        Scenario("shutdown against flush") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue, tells: true)
            run.explore([
                "shut down": {
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
                "let go, and flush": {
                    gate.open()
                    item.flush()
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
        },
        Scenario("shutdown against flush of the queue") { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "shut down": {
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
                "let go, and flush": {
                    gate.open()
                    queue.flush()
                    item.runs.expectOver(1, "flush() of the queue returned before what was queued before it had run")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
        },
        Scenario(
            "shutdown against cancel",
            fewBecause: "the worker takes what is queued in one section, and meets the other thread at few points"
        ) { run in
            let gate = Gate(run)
            let queue = gate.holdQueue()
            let item = Item(run)
            item.enqueue(on: queue)
            run.explore([
                "shut down": {
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
                "let go, and cancel": {
                    gate.open()
                    item.cancel()
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
        },
        Scenario("shutdown against cancelAndWait") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 1 { runs.enqueue { queue.enqueue(work) } }
            }
            item.enqueue(on: queue)
            run.explore([
                "shut down": {
                    queue.shutdown()
                    item.runs.expectQuietForever("shutdown()")
                },
                "let go, cancel and wait": {
                    gate.open()
                    item.cancelAndWait()
                    item.runs.expectQuietForever("cancelAndWait()")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
        },
    ]

    /// `drain()`: meanwhile only the queue's own items get in, and on return it is empty.
    let drainsOfQueues = [
        Scenario("enqueue against drain") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let item = Item(run)
            run.explore([
                "enqueue": {
                    item.enqueue(on: queue, tells: true)
                    item.enqueue(on: queue)
                },
                "drain": {
                    let event = item.runs.lastTold
                    queue.drain()
                    item.runs.expectSeen(event, "drain() returned before what was queued before it had run")
                },
            ])
            item.runs.expectOneRunForEachEnqueue()
            run.expect(item.enqueue(on: queue) == .queued, "a queue refused an item after its drain() had returned")
            queue.shutdown()
        },
        Scenario("enqueue against drain of a chain") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (chained, outsider) = (Item(run), Item(run))
            let head = Item(run, gate: gate) { _, _, _ in
                run.expect(chained.enqueue(on: queue) == .queued, "a queue refused what its own item queued")
            }
            head.enqueue(on: queue)
            run.explore([
                "enqueue from outside, and let go": {
                    // Accepted only before the drain has begun, which then waits for it.
                    outsider.enqueue(on: queue, tells: true)
                    gate.open()
                },
                "drain": {
                    queue.drain()
                    head.runs.expectOver(1, "drain() returned, and an item was not over")
                    chained.runs.expectOver(1, "drain() returned before what the queue's own item had queued was over")
                    outsider.runs.expectSeen(outsider.runs.lastTold, "drain() returned before what was accepted had run")
                    outsider.runs.expectQuietForever("drain()")
                },
            ])
            for item in [head, chained, outsider] { item.runs.expectOneRunForEachEnqueue() }
            queue.shutdown()
        },
        Scenario("drain against drain") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let chained = Item(run)
            let head = Item(run, gate: gate) { _, _, _ in
                run.expect(chained.enqueue(on: queue) == .queued, "a queue refused what its own item queued")
            }
            head.enqueue(on: queue)
            run.explore([
                "let go, and drain": {
                    gate.open()
                    queue.drain()
                    chained.runs.expectOver(1, "drain() returned before what the queue's own item had queued was over")
                },
                "drain": {
                    queue.drain()
                    chained.runs.expectOver(1, "drain() returned before what the queue's own item had queued was over")
                },
            ])
            run.expect(chained.enqueue(on: queue) == .queued, "a queue refused an item after both drain() had returned")
            queue.shutdown()
        },
        Scenario("drain against shutdown") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let chained = Item(run)
            let head = Item(run, gate: gate) { _, _, _ in
                run.expect(chained.enqueue(on: queue) == .queued, "a queue refused what its own item queued")
            }
            head.enqueue(on: queue)
            run.explore([
                "let go, and drain": {
                    gate.open()
                    queue.drain()
                    chained.runs.expectOver(1, "drain() returned before what the queue's own item had queued was over")
                },
                "shut down": {
                    queue.shutdown()
                    chained.runs.expectOver(1, "shutdown() returned before what the queue's own item had queued was over")
                    chained.runs.expectQuietForever("shutdown()")
                },
            ])
        },
    ]
#endif
