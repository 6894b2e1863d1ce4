// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// One run, led along a story: the thread whose step comes next goes on, as far as that step; where it cannot, another one does.
    final class StorySearch: Search {
        /// Whose step comes next; nil: all have come.
        private let nextThread: () -> Int?

        init(nextThread: @escaping () -> Int?) { self.nextThread = nextThread }

        let bound = "none"
        let isComplete = false

        func begin() {}
        func advance() -> Bool { false }

        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative? {
            for thread in [nextThread(), own] {
                guard let step = thread.map({ Alternative($0) }) else { continue }
                if enabled.contains(step) { return step }
            }
            return enabled.first
        }
    }
#endif
