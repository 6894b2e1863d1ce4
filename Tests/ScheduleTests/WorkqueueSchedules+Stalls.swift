// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// What a handler of stalls does in these scenarios: it is noticed where it must not be called.
    private final class Told: Sendable {
        /// Bit 0: the handler is being called; bit 1: it may not be any more; from bit 2: how many calls are over.
        private let state = AtomicUInt32(0)
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        func happen() {
            run.expect(state.fetchAdd(1) & 3 == 0, "a stall was told after the end of the report, or twice at once")
            _ = state.fetchAdd(3)
        }

        /// The report has ended.
        func end() { run.expect(state.fetchOr(2) & 1 == 0, "the handler was still being called after the end of the report") }

        var calls: UInt32 { state.load() >> 2 }
    }

    let stallsOfQueues = [
        Scenario("end of a report of stalls against the stall", timeouts: 1) { run in
            let (gate, told) = (Gate(run), Told(run))
            let queue = gate.holdQueue()
            run.explore([
                "report, and end the report": {
                    queue.reportStalls(longerThan: .seconds(1)) { _ in told.happen() }
                    queue.stopReportingStalls()
                    told.end()
                },
                "let the work go on": { gate.open() },
            ])
            queue.shutdown()
        },
        Scenario("end of a queue against a stall", timeouts: 1) { run in
            let (gate, told) = (Gate(run), Told(run))
            let queue = gate.holdQueue()
            run.explore([
                "report, and shut the queue down": {
                    queue.reportStalls(longerThan: .seconds(1)) { _ in told.happen() }
                    queue.shutdown()
                    told.end()
                },
                "let the work go on": { gate.open() },
            ])
        },
        Scenario("a run wakes the watcher, which sleeps, or is about to") { run in
            let told = Told(run)
            let queue = SingleThreadWorkqueue(name: "wq")
            // Each run ends when it has been reported: if the watcher misses one, it never does.
            let gates = [Gate(run), Gate(run)]
            let works = gates.map { gate in Work { _ in gate.pass() } }
            run.explore([
                "report": {
                    queue.reportStalls(longerThan: .seconds(1)) { _ in
                        let number = Int(told.calls)
                        run.expect(number < 2, "a run was reported twice")
                        told.happen()
                        gates[number].open()
                    }
                },
                "enqueue two": {
                    for work in works { queue.enqueue(work) }
                    queue.flush()
                },
            ])
            run.expect(told.calls == 2, "a run was not reported")
            queue.shutdown()
            told.end()
        },
        Scenario("a report against a report, and the run that stalls", bound: .preemptions(2), timeouts: 1) { run in
            let (gate, one, other) = (Gate(run), Told(run), Told(run))
            let queue = gate.holdQueue()
            run.explore([
                "report, and to another": {
                    queue.reportStalls(longerThan: .seconds(1)) { _ in one.happen() }
                    queue.reportStalls(longerThan: .seconds(1)) { _ in other.happen() }
                },
                "end the report": { queue.stopReportingStalls() },
            ])
            gate.open()
            queue.shutdown()
            one.end()
            other.end()
        },
        Scenario("a snapshot against a run") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let items = [Item(run), Item(run)]
            run.explore([
                "enqueue two": {
                    for item in items { item.enqueue(on: queue) }
                },
                "look": {
                    let snapshot = queue.snapshot()
                    let seen = snapshot.pending + (snapshot.running.map { [$0] } ?? [])
                    run.expect(Set(seen).count == seen.count, "one item was seen twice")
                    run.expect(!snapshot.isIdle || snapshot.running == nil, "a worker was seen to sleep and to run")
                },
            ])
            for item in items { item.runs.expectOneRunForEachEnqueue() }
            queue.shutdown()
        },
    ]
#endif
