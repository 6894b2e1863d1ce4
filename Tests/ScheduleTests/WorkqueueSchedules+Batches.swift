// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// What the worker has taken to run, and what has come in since: two lists, of which everybody else sees one queue.
    let batchesOfWorks = [
        Scenario("cancel of what has come in behind a batch, against flush of the queue") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (first, second, third) = (Item(run, gate: gate), Item(run), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            // The worker has taken both, and stands in the first.
            run.settle()
            third.enqueue(on: queue)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    third.cancel()
                    third.enqueue(on: queue)
                },
                "flush": {
                    queue.flush()
                    second.runs.expectOver(1, "flush() of the queue returned before all that the worker had taken had run")
                },
            ])
            for item in [first, second, third] { item.runs.expectOneRunForEachEnqueue() }
            queue.shutdown()
        },
        Scenario("cancel of the last of a batch, against flush of what has come in behind it") { run in
            let gate = Gate(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            let (first, second, third) = (Item(run, gate: gate), Item(run), Item(run))
            first.enqueue(on: queue)
            second.enqueue(on: queue)
            run.settle()
            third.enqueue(on: queue, tells: true)
            run.explore([
                "let go, cancel, and enqueue": {
                    gate.open()
                    second.cancel()
                    second.enqueue(on: queue)
                },
                "flush": {
                    third.flush()
                    first.runs.expectOver(1, "an item ran before one that was queued before it")
                },
            ])
            for item in [first, second, third] { item.runs.expectOneRunForEachEnqueue() }
            queue.shutdown()
        },
        Scenario("a list is queued as one, and one of it again, against flush of the queue") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let row = Row(run, count: 3)
            run.explore([
                "enqueue the list, and one again": {
                    row.enqueueAll(on: queue)
                    row.enqueue(1, on: queue)
                },
                "flush": {
                    let wasTold = row.wasTold
                    queue.flush()
                    if wasTold { row.expectAllOver("flush() of the queue returned before the list that was queued before it had run") }
                },
            ])
            queue.flush()
            row.expectAllOver("an item of the list has not run")
            row.expectOneRunForEachEnqueue()
            queue.shutdown()
            row.end()
        },
    ]

    /// Fresh items in memory of their own, which are queued as one list.
    @safe
    private final class Row: @unchecked Sendable {
        // @unchecked: the arrays never change, and what is done with the items has locks of its own.
        private let nodes: [WorkNode.Pointer]
        private let runs: [Runs]
        private let toldAll = Tally()
        private let run: ScenarioRun

        /// What an item's context is.
        private final class Part {
            let runs: Runs
            let earlier: Runs?
            init(_ runs: Runs, behind earlier: Runs?) { (self.runs, self.earlier) = (runs, earlier) }
        }

        init(_ run: ScenarioRun, count: Int) {
            self.run = run
            let runs = (0..<count).map { _ in Runs(run) }
            self.runs = runs
            unsafe nodes = runs.indices.map { index in
                let node = WorkNode.Pointer.allocate(capacity: 1)
                let part = Part(runs[index], behind: index == 0 ? nil : runs[index - 1])
                let context = unsafe Unmanaged.passRetained(part).toOpaque()
                unsafe node.initialize(
                    to: WorkNode(context: context, life: .untilFlushed) { node in
                        let context = unsafe node.assumingMemoryBound(to: WorkNode.self).pointee.context
                        unsafe Unmanaged<Part>.fromOpaque(context)._withUnsafeGuaranteedRef { part in
                            part.runs.happen { _ in part.earlier?.expectOver(1, "an item of a list ran before the one in front of it") }
                        }
                    }
                )
                unsafe ScheduleSeam.name(node, size: MemoryLayout<WorkNode>.size, .numbered("work"))
                return unsafe node
            }
        }

        func enqueueAll(on queue: SingleThreadWorkqueue) {
            for runs in runs { _ = runs.announce() }
            var list = unsafe WorkList()
            for index in runs.indices { unsafe queue.core.prepare(nodes[index], for: &list) }
            let isAccepted = unsafe queue.core.enqueue(list)
            run.expect(isAccepted, "a queue that is open refused a list")
            for runs in runs { runs.record(.queued) }
            toldAll.add()
        }

        func enqueue(_ index: Int, on queue: SingleThreadWorkqueue) {
            runs[index].enqueue { unsafe queue.core.enqueue(nodes[index]) }
        }

        /// The call that queues the list has returned.
        var wasTold: Bool { toldAll.count == 1 }

        func expectAllOver(_ sentence: String) { for runs in runs { runs.expectOver(1, sentence) } }

        /// Once all is quiet.
        func expectOneRunForEachEnqueue() {
            for runs in runs {
                runs.expectNothingLost()
                runs.expectOneRunForEachEnqueue()
            }
        }

        func end() {
            for index in runs.indices {
                let node = unsafe nodes[index]
                let context = unsafe node.pointee.context
                unsafe WorkNode.end(node)
                unsafe node.deallocate()
                unsafe Unmanaged<Part>.fromOpaque(context).release()
            }
        }
    }
#endif
