// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Visits all schedules, deepest choice first: either with sleep sets and no bound, or with a bound and no reduction.
    ///
    /// Never both: a sleep set says "this has been seen below another branch", and with a bound that branch may have been cut.
    final class DepthFirstSearch: Search {
        private struct Node {
            var chosen: Alternative
            let candidates: AlternativeSet
            /// Alternatives that need not be taken here: tried already, or slept when the run came here.
            var sleeping: AlternativeSet
            let preemptions: Int
        }

        private let preemptionBound: Int?
        private let reduces: Bool
        private var path: [Node] = []
        private var depth = 0
        private var sleeping = AlternativeSet()
        private var preemptions = 0
        private(set) var isComplete = false

        /// All schedules that differ in more than the order of independent steps.
        init() {
            preemptionBound = nil
            reduces = true
        }

        /// All schedules with at most so many switches away from a thread that could have gone on; nil: all of them.
        init(preemptions: Int?) {
            preemptionBound = preemptions
            reduces = false
        }

        var bound: String { preemptionBound.map(String.init) ?? "none" }

        func begin() {
            depth = 0
            sleeping = AlternativeSet()
            preemptions = 0
        }

        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative? {
            let ownStep = own.map { Alternative($0) }
            let node: Node
            if depth < path.count {
                node = path[depth]
            } else {
                var candidates = enabled
                if let ownStep, let preemptionBound, preemptions >= preemptionBound {
                    candidates = AlternativeSet(bits: 1 << UInt64(ownStep.index))
                }
                let awake = candidates.subtracting(sleeping)
                guard let first = ownStep.flatMap({ awake.contains($0) ? $0 : nil }) ?? awake.first else { return nil }
                node = Node(chosen: first, candidates: candidates, sleeping: sleeping, preemptions: preemptions)
                path.append(node)
            }
            depth += 1
            let chosen = node.chosen
            preemptions = node.preemptions + (ownStep != nil && chosen != ownStep ? 1 : 0)
            if reduces {
                // Who sleeps goes on sleeping while only independent steps are taken.
                var still = AlternativeSet()
                for other in node.sleeping where other != chosen && !depends(other, chosen) { still.insert(other) }
                sleeping = still
            }
            return chosen
        }

        func advance() -> Bool {
            while var last = path.popLast() {
                last.sleeping.insert(last.chosen)
                if let next = last.candidates.subtracting(last.sleeping).first {
                    last.chosen = next
                    path.append(last)
                    return true
                }
            }
            isComplete = true
            return false
        }
    }
#endif
