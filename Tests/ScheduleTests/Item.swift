// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// An item of work, and what has become of it.
    final class Item: Sendable {
        let work: Work
        let runs: Runs

        /// - Parameters:
        ///   - gate: Where the first run stands until somebody opens it.
        ///   - body: What a run does besides, and which run it is, from 1.
        init(_ run: ScenarioRun, gate: Gate? = nil, _ body: @escaping @Sendable (Runs, Work, Int) -> Void = { _, _, _ in }) {
            let runs = Runs(run)
            self.runs = runs
            work = Work { work in
                runs.happen { number in
                    if number == 1 { gate?.pass() }
                    body(runs, work, number)
                }
            }
        }

        @discardableResult
        func enqueue(on queue: SingleThreadWorkqueue, tells: Bool = false) -> EnqueueResult {
            runs.enqueue(tells: tells) { queue.enqueue(work) }
        }

        func enqueueAndFlush(on queue: SingleThreadWorkqueue) {
            let event = runs.announce()
            runs.record(queue.enqueue(work))
            work.flush()
            runs.expectSeen(event, "flush() returned before its caller's own event was read")
        }

        /// Flushes, and expects that what was told before has run.
        @discardableResult
        func flush() -> Bool {
            let event = runs.lastTold
            let hasWaited = work.flush()
            runs.expectSeen(event, "flush() returned before what was queued before it had run")
            return hasWaited
        }

        func cancel() { runs.recordCancel(work.cancel()) }

        func cancelAndWait() { runs.recordCancel(work.cancelAndWait()) }
    }

    /// The same with a timer.
    final class DelayedItem: Sendable {
        let work: DelayedWork
        let runs: Runs

        init(_ run: ScenarioRun, gate: Gate? = nil, _ body: @escaping @Sendable (Runs, DelayedWork, Int) -> Void = { _, _, _ in }) {
            let runs = Runs(run)
            self.runs = runs
            work = DelayedWork { work in
                runs.happen { number in
                    if number == 1 { gate?.pass() }
                    body(runs, work, number)
                }
            }
        }

        @discardableResult
        func enqueue(on queue: SingleThreadWorkqueue, after delay: Duration = .seconds(1), tells: Bool = false) -> EnqueueResult {
            runs.enqueue(tells: tells) { queue.enqueue(work, after: delay) }
        }

        func flush() {
            let event = runs.lastTold
            work.flush()
            runs.expectSeen(event, "flush() returned before what was pending before it had run")
        }

        func cancel() { runs.recordCancel(work.cancel()) }

        func cancelAndWait() { runs.recordCancel(work.cancelAndWait()) }

        func reschedule(after delay: Duration) { runs.recordReschedule(work.reschedule(after: delay)) }
    }

    /// Where one thread stands until another one opens it.
    final class Gate: Sendable {
        private let parker = Parker()
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        func pass() {
            run.remark("stands at the gate")
            parker.park("a gate")
            run.remark("passes the gate")
        }

        func open() {
            parker.unpark()
            run.remark("opens the gate")
        }

        /// A queue whose worker stands here: what is enqueued meanwhile is pending.
        func holdQueue(_ name: String = "wq") -> SingleThreadWorkqueue {
            let queue = SingleThreadWorkqueue(name: name)
            queue.enqueue(Work { [self] _ in pass() })
            return queue
        }
    }
#endif
