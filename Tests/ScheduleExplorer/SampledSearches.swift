// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Goes on anywhere, with the same probability.
    final class RandomSearch: Search {
        private var generator: SplitMix64
        private let seed: UInt64
        private var runsLeft: Int

        init(seed: UInt64, runs: Int) {
            self.seed = seed
            generator = SplitMix64(seed: seed)
            runsLeft = runs
        }

        var bound: String { "none, random with seed \(seed)" }
        var isComplete: Bool { false }

        func begin() {}

        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative? {
            var index = generator.below(enabled.count)
            for alternative in enabled {
                if index == 0 { return alternative }
                index -= 1
            }
            return nil
        }

        func advance() -> Bool {
            runsLeft -= 1
            return runsLeft > 0
        }
    }

    /// Threads have priorities, drawn anew for each run, and the highest goes on; at a few random steps it falls below all others.
    ///
    /// A bug that needs *d* ordered steps is found by a run with probability 1/(*n* · *k*^(*d*-1)), *n* threads and *k* steps.
    final class PriorityChangeSearch: Search {
        private var generator: SplitMix64
        private let depth: Int
        private var runsLeft: Int
        private var longestRun = 1
        private var steps = 0
        private var priorities: [Int] = []
        private var changes: [Int] = []
        private var lowest = 0

        /// `depth`: how many ordered steps the bugs that are looked for need.
        init(seed: UInt64, depth: Int, runs: Int) {
            generator = SplitMix64(seed: seed)
            self.depth = depth
            runsLeft = runs
        }

        var bound: String { "none, priorities to depth \(depth)" }
        var isComplete: Bool { false }

        func begin() {
            longestRun = max(longestRun, steps)
            steps = 0
            lowest = 0
            // One for each alternative, so that a timeout has a priority of its own.
            priorities = (0..<64).map { _ in 1 + generator.below(1 << 20) }
            changes = (0..<max(0, depth - 1)).map { _ in generator.below(longestRun) }
        }

        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative? {
            steps += 1
            var best = highest(enabled)
            if changes.contains(steps) {
                lowest -= 1
                priorities[best.index] = lowest
                best = highest(enabled)
            }
            return best
        }

        private func highest(_ enabled: AlternativeSet) -> Alternative {
            enabled.max { priorities[$0.index] < priorities[$1.index] }!
        }

        func advance() -> Bool {
            runsLeft -= 1
            return runsLeft > 0
        }
    }

    /// Makes one run again.
    final class ReplaySearch: Search {
        private let choices: [Int]
        private var next = 0

        init(_ choices: [Int]) { self.choices = choices }

        var bound: String { "none, replayed" }
        var isComplete: Bool { false }

        func begin() { next = 0 }

        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative? {
            // Only where there is a choice is one recorded; and behind the last one the run goes on as it would by itself.
            if enabled.count > 1, next < choices.count {
                let alternative = Alternative(index: choices[next])
                next += 1
                if enabled.contains(alternative) { return alternative }
            }
            return own.map { Alternative($0) } ?? enabled.first
        }

        func advance() -> Bool { false }
    }
#endif
