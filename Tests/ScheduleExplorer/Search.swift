// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Decides how a run goes on, and whether there is another one to make.
    protocol Search: AnyObject {
        /// In the words of the report: "none", or a number of preemptions.
        var bound: String { get }
        /// A new run begins.
        func begin()
        /// Chooses one of the alternatives, of which there is at least one; nil: whatever they lead to has been seen.
        ///
        /// `own`: the thread that has the turn, if it can go on. Two alternatives depend on each other where `depends` says so.
        func choose(_ enabled: AlternativeSet, own: Int?, depends: (Alternative, Alternative) -> Bool) -> Alternative?
        /// A run has ended. False: there is none left to make.
        func advance() -> Bool
        /// Whether all runs that it can make have been made.
        var isComplete: Bool { get }
    }

    /// Pseudo-random numbers: the same seed gives the same schedule.
    struct SplitMix64 {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    }
#endif
