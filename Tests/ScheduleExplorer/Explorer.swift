// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    internal import KernelPrimitives

    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Musl)
        internal import Musl
    #elseif canImport(Darwin)
        internal import Darwin
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// What a search has seen.
    package struct Exploration: Sendable {
        package let name: String
        package let bound: String
        /// Runs to the end.
        package var schedules = 0
        /// Runs given up because whatever they could still do was another order of independent steps seen before.
        package var cutShort = 0
        /// How many of the schedules differ in more than the order of independent steps.
        package var traces: Set<UInt64> = []
        package var isComplete = false
        package var observations: Set<String> = []
        package var points = 0
        package var seconds = 0.0

        package var line: String {
            "schedules: \(name): \(schedules) explored, \(traces.count) traces, bound \(bound), \(isComplete ? "complete" : "not complete")"
        }

        package var cost: String {
            let rate = Int(Double(points) / max(seconds, 0.000_001))
            let tenths = Int(seconds * 10)
            return "  \(cutShort) more cut short; \(points) scheduling points in \(tenths / 10).\(tenths % 10) s, \(rate) a second"
        }
    }

    /// Visits the schedules of a scenario: real code, on real threads, one at a time.
    ///
    /// One scenario a process. A failure is printed, with the schedule and how to make it again, and ends the process.
    package enum Explorer {
        /// How many runs with few preemptions come before the others, so that what fails fails in a way that can be read.
        private static let firstLook = [(preemptions: 0, limit: 200), (1, 600), (2, 600)]
        /// And so many random ones, whose traces, like those of the first looks, the search that reduces must meet again.
        private static let samples = 300

        /// Explores a scenario, and prints what it has seen.
        ///
        /// `census` counts what is alive: the same numbers are expected after each run as before it.
        @discardableResult
        package static func explore(
            _ scenario: Scenario,
            replaying replay: Replay? = Replay.requested,
            processor: Int = 0,
            census: @escaping () -> [String: Int]
        ) -> Exploration {
            unsafe Session.processor = processor
            let session = Session(scenario, census)
            if let replay, replay.name == scenario.name, !replay.choices.isEmpty {
                let result = session.search(ReplaySearch(replay.choices))
                print("schedules: \(scenario.name): the replayed schedule does not fail")
                return result
            }
            var seenBefore: Set<UInt64> = []
            for (preemptions, limit) in firstLook {
                seenBefore.formUnion(session.search(DepthFirstSearch(preemptions: preemptions), limit: limit).traces)
            }
            // After the first look: these runs are random, and a failure that one of them meets is hard to read.
            session.checkRepeatable()
            seenBefore.formUnion(session.search(RandomSearch(seed: 1, runs: samples)).traces)
            let result = session.search(scenario.search)
            let lost = seenBefore.subtracting(result.traces).count
            if case .none = scenario.bound, result.isComplete, lost > 0 {
                print(
                    "FAILURE: the reduction of \(scenario.name) loses \(lost) of \(seenBefore.count) traces that other searches have seen"
                )
            }
            print(result.line)
            print(result.cost)
            if result.isComplete, result.schedules <= 50 {
                print("  so few: " + (scenario.fewBecause ?? "FAILURE: 50 or fewer, and the scenario does not say why"))
            }
            fflush(nil)
            return result
        }

        /// One search and nothing else, printing nothing unless a run fails.
        package static func search(_ scenario: Scenario, census: @escaping () -> [String: Int]) -> Exploration {
            Session(scenario, census).search(scenario.search)
        }

        /// Samples schedules of a scenario that is too large to be visited: with random steps, or with random priorities.
        @discardableResult
        package static func sample(_ scenario: Scenario, seed: UInt64, runs: Int, depth: Int? = nil, census: @escaping () -> [String: Int])
            -> Exploration
        {
            let session = Session(scenario, census)
            let search: any Search =
                depth.map { PriorityChangeSearch(seed: seed, depth: $0, runs: runs) } ?? RandomSearch(seed: seed, runs: runs)
            return session.search(search)
        }
    }

    extension Scenario {
        var search: any Search {
            switch bound {
            case .none: DepthFirstSearch()
            case .unreduced: DepthFirstSearch(preemptions: nil)
            case .preemptions(let count): DepthFirstSearch(preemptions: count)
            }
        }
    }
#endif
