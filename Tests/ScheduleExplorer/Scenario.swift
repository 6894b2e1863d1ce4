// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// A small program whose schedules are visited: a setup, threads that meet, and what must hold afterwards.
    package struct Scenario: Sendable {
        /// Which schedules.
        package enum Bound: Sendable {
            /// All of them; of those that differ in the order of independent steps only, one.
            case none
            /// All of them, one by one: for very small scenarios.
            case unreduced
            /// Those with at most so many switches away from a thread that could have gone on.
            case preemptions(Int)
        }

        package let name: String
        let bound: Bound
        let timeouts: Int
        let spuriousWakeups: Int
        let looksInside: Bool
        /// Why there are 50 schedules or fewer, where that is so.
        package let fewBecause: String?
        let body: @Sendable (ScenarioRun) -> Void

        /// - Parameters:
        ///   - timeouts: How many sleeps may be ended by time although somebody else could still go on. When nobody can, the earliest ends anyway.
        ///   - spuriousWakeups: How many sleeps on a word may end without any reason; only where the scheduler looks inside.
        ///   - looksInside: Whether locks and parkers run their own code, down to the word, instead of being one operation.
        ///   - body: Called once a run, on a thread under control. It ends whatever it starts.
        package init(
            _ name: String,
            bound: Bound = .none,
            timeouts: Int = 0,
            spuriousWakeups: Int = 0,
            looksInside: Bool = false,
            fewBecause: String? = nil,
            _ body: @escaping @Sendable (ScenarioRun) -> Void
        ) {
            self.name = name
            self.bound = bound
            self.timeouts = timeouts
            self.spuriousWakeups = spuriousWakeups
            self.looksInside = looksInside
            self.fewBecause = fewBecause
            self.body = body
        }

        package func with(_ bound: Bound) -> Scenario {
            Scenario(
                name,
                bound: bound,
                timeouts: timeouts,
                spuriousWakeups: spuriousWakeups,
                looksInside: looksInside,
                fewBecause: fewBecause,
                body
            )
        }
    }

    /// What a scenario's body is given, for one run.
    ///
    /// Only what happens inside ``explore(_:)`` is explored. Before and after it a thread goes on as long as it can.
    package final class ScenarioRun: @unchecked Sendable {
        // @unchecked: the scheduler's variables are touched by the thread that has the turn only.

        private let scheduler: Scheduler

        init(_ scheduler: Scheduler) { self.scheduler = scheduler }

        /// Starts the threads that meet, under all schedules, and returns when nothing can go on any more: the threads have ended
        /// (that they do is checked) and all others sleep.
        package func explore(_ protagonists: KeyValuePairs<String, @Sendable () -> Void>) {
            // Workers that have just been made come to rest first.
            scheduler.awaitQuiet(exploring: false)
            let numbers = protagonists.map { scheduler.make(name: $0.key, $0.value) }
            scheduler.protagonists = numbers
            scheduler.awaitQuiet(exploring: true)
            if numbers.contains(where: { scheduler.threads[$0].place != .ended }) { scheduler.fail("deadlock: " + scheduler.whoWaits) }
        }

        /// Lets everybody else go as far as they can, in one way.
        package func settle() { scheduler.awaitQuiet(exploring: false) }

        /// The run fails unless the condition holds. Any thread of the scenario may call this.
        package func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) {
            if !condition { scheduler.fail(sentence(), "here") }
        }

        /// Part of what this run is told apart by from others, for the check that a reduction loses nothing.
        package func observe(_ observation: String) { scheduler.observations.append(observation) }

        /// A line in a printed schedule.
        package func remark(_ text: String) {
            scheduler.remark(text)
        }
    }
#endif
