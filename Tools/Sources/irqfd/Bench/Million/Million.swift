// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    /// Ten thousand sets of a hundred irqfds, built, signalled and released; and a tenth of that, to see how it grows.
    enum Million {
        static let sets = 10_000
        /// Each size, in turn.
        private static let runs = 3

        /// Measures both sizes in turn; figures are medians.
        ///
        /// - Parameter sets: So many, and a tenth of them.
        static func measure(sets: Int = sets) throws -> MillionResult {
            var small: [MillionRun] = []
            var large: [MillionRun] = []
            for _ in 0..<runs {
                small.append(try MillionRun(sets: sets / 10))
                large.append(try MillionRun(sets: sets))
            }
            return MillionResult(sets: sets, large: large, small: small)
        }
    }
#endif
