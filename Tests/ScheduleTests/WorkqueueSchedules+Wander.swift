// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// A worker waits for the run of an item on another queue, and when it comes back, the item has gone on.
    let worksThatWander = [
        Scenario("an item is taken from a worker that waits for its run, runs again, and comes back") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 2 { runs.enqueue { other.enqueue(work) } }
            }
            item.enqueue(on: one)
            run.settle()
            item.enqueue(on: other)
            run.explore([
                "let go, take back, and enqueue": {
                    gate.open()
                    item.cancel()
                    item.enqueue(on: one)
                }
            ])
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("an item is taken from a worker that waits for its run, runs on a third queue, and comes back") { run in
            let gate = Gate(run)
            let queues = ["one", "two", "three"].map { SingleThreadWorkqueue(name: $0) }
            let item = Item(run, gate: gate) { runs, work, number in
                if number == 2 { runs.enqueue { queues[1].enqueue(work) } }
            }
            item.enqueue(on: queues[0])
            run.settle()
            item.enqueue(on: queues[1])
            run.explore([
                "let go, take back, and enqueue": {
                    gate.open()
                    item.cancel()
                    item.enqueue(on: queues[2])
                }
            ])
            item.runs.expectOneRunForEachEnqueue()
            for queue in queues { queue.shutdown() }
        },
        Scenario("an item is freed while a worker waits for its run, and another one is made at its address") { run in
            let gate = Gate(run)
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let (first, second) = (Runs(run), Runs(run))
            let place = NodePlace()
            place.make { first.happen { number in if number == 1 { gate.pass() } } }
            first.enqueue { place.enqueue(on: one) }
            run.settle()
            first.enqueue { place.enqueue(on: other) }
            run.explore([
                "let go, free, and make another": {
                    gate.open()
                    first.recordCancel(place.cancel())
                    place.flush()
                    place.end()
                    first.expectQuietForever("flush()")
                    place.make { second.happen { number in if number == 1 { second.enqueue { place.enqueue(on: other) } } } }
                    second.enqueue { place.enqueue(on: one) }
                }
            ])
            first.expectOneRunForEachEnqueue()
            second.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
            place.end()
            place.free()
        },
        Scenario("flush of an item that goes to and fro between two queues") { run in
            let (gate, otherGate) = (Gate(run), Gate(run))
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let item = Item(run) { runs, work, number in
                if number < 3 { runs.enqueue { (number == 1 ? other : one).enqueue(work) } }
                if number == 1 { gate.pass() }
                // Queued after the flush began: it may last as long as it likes.
                if number == 3 { otherGate.pass() }
            }
            item.enqueue(on: one)
            run.settle()
            let flusher = KernelThread(name: "flush") {
                item.work.flush()
                item.runs.expectOver(2, "flush() returned before both instances had ended")
                otherGate.open()
            }
            run.settle()
            run.explore([
                "let go": { gate.open() }
            ])
            flusher.join()
            item.runs.expectOneRunForEachEnqueue()
            one.shutdown()
            other.shutdown()
        },
        Scenario("items of two queues flush the other queue, one after the other") { run in
            // Nearly all is queued before: what the workers do with it is explored.
            let (gate, otherGate) = (Gate(run), Gate(run))
            let (one, other) = (gate.holdQueue("one"), otherGate.holdQueue("other"))
            let (here, there) = (Item(run), Item(run))
            let flushesThere = Item(run) { _, _, _ in there.flush() }
            let flushesHere = Item(run) { _, _, _ in here.flush() }
            run.settle()
            flushesThere.enqueue(on: one)
            there.enqueue(on: other, tells: true)
            flushesHere.enqueue(on: other)
            run.explore([
                "let one go, and enqueue": {
                    gate.open()
                    here.enqueue(on: one, tells: true)
                },
                "let the other go": { otherGate.open() },
            ])
            for item in [here, there, flushesHere, flushesThere] {
                item.runs.expectOneRunForEachEnqueue()
                item.runs.expectOver(1, "an item has not run")
            }
            one.shutdown()
            other.shutdown()
        },
    ]

    /// Memory for an item that its owner ends and makes anew, as an irqfd's memory may be used again.
    @safe
    private final class NodePlace: @unchecked Sendable {
        // @unchecked: one thread of the scenario makes and ends the item, and what else is done with it has locks of its own.
        private let node = WorkNode.Pointer.allocate(capacity: 1)
        private var function: () -> Void = {}

        func make(_ function: @escaping () -> Void) {
            self.function = function
            // Unretained: the scenario keeps this object.
            let context = unsafe Unmanaged.passUnretained(self).toOpaque()
            unsafe node.initialize(
                to: WorkNode(context: context) { node in
                    let context = unsafe node.assumingMemoryBound(to: WorkNode.self).pointee.context
                    unsafe Unmanaged<NodePlace>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.function() }
                }
            )
            unsafe ScheduleSeam.name(node, size: MemoryLayout<WorkNode>.size, .numbered("work"))
        }

        func end() {
            unsafe WorkNode.end(node)
            function = {}
        }

        func free() { unsafe node.deallocate() }

        func enqueue(on queue: SingleThreadWorkqueue) -> EnqueueResult { unsafe queue.core.enqueue(node) }
        func cancel() -> Bool { unsafe WorkqueueCore.cancel(node) }
        func flush() { unsafe WorkqueueCore.flush(node) }
    }
#endif
