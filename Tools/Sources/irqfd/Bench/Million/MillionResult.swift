// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    /// What came of a million irqfds.
    struct MillionResult: Sendable, Encodable {
        /// One step, in nanoseconds an irqfd.
        struct Step: Sendable, Encodable {
            let name: String
            let each: Double
            /// The same with a tenth of the sets.
            let eachOfATenth: Double
            /// The former divided by the latter: linear growth is 1.
            let growth: Double

            private enum CodingKeys: String, CodingKey {
                case name, each, growth
                case eachOfATenth = "each_of_a_tenth"
            }
        }

        let sets: Int
        let irqfds: Int
        let steps: [Step]
        /// What is allocated for each irqfd; nil: the C library does not tell.
        let bytesWithoutEventfd: Double?
        let bytesWithEventfd: Double?
        /// By how much the process has grown for each.
        let residentBytes: Double
        let lost: Int
        let left: Int
        let goal: String
        let meets: Bool?
        let notes: [String]

        private enum CodingKeys: String, CodingKey {
            case sets, irqfds, steps, lost, left, goal, meets, notes
            case bytesWithoutEventfd = "bytes_without_eventfd"
            case bytesWithEventfd = "bytes_with_eventfd"
            case residentBytes = "resident_bytes"
        }

        init(sets: Int, large: [MillionRun], small: [MillionRun]) {
            self.sets = sets
            irqfds = sets * MillionRun.irqfdsOfEach
            let steps = MillionStep.allCases.map { step in
                let each = Figure.median(large.compactMap { $0.times[step] }) ?? 0
                let eachOfATenth = Figure.median(small.compactMap { $0.times[step] }) ?? 0
                return Step(name: step.rawValue, each: each, eachOfATenth: eachOfATenth, growth: eachOfATenth > 0 ? each / eachOfATenth : 0)
            }
            self.steps = steps
            bytesWithoutEventfd = large.compactMap(\.irqfdBytes).max()
            bytesWithEventfd = large.compactMap { run in run.irqfdBytes.flatMap { irqfd in run.eventfdBytes.map { irqfd + $0 } } }.max()
            residentBytes = large.map(\.residentBytes).max() ?? 0
            lost = (large + small).map(\.lost).reduce(0, +)
            left = (large + small).map(\.left).reduce(0, +)

            var figures = RowFigures(counts: [Name.lost: Double(lost), Name.left: Double(left)])
            figures.counts[Name.growth] = Self.growth(of: steps)
            figures.counts[Name.without] = bytesWithoutEventfd
            figures.counts[Name.with] = bytesWithEventfd
            let goal = Goal(
                .atMost(512, Name.without),
                .atMost(768, Name.with),
                .atMost(1.5, Name.growth),
                .exactly(0, Name.lost),
                .exactly(0, Name.left)
            )
            self.goal = goal.text
            (meets, notes) = goal.judge(figures)
        }

        private enum Name {
            static let without = "bytes an irqfd without its eventfd"
            static let with = "bytes with it"
            static let growth = "growth"
            static let lost = "signals lost"
            static let left = "objects left"
        }

        /// Of all steps together: how much an irqfd costs among a million, divided by what it costs among a tenth of them.
        private static func growth(of steps: [Step]) -> Double? {
            let (each, eachOfATenth) = (steps.map(\.each).reduce(0, +), steps.map(\.eachOfATenth).reduce(0, +))
            // A step that alone is worse counts as well, unless it is too short to say anything.
            let longest = steps.filter { $0.eachOfATenth >= eachOfATenth / 100 }.map(\.growth).max()
            guard eachOfATenth > 0, let longest else { return nil }
            return max(each / eachOfATenth, longest)
        }

        /// The result for people.
        var lines: [String] {
            let heading = "\(irqfds) irqfds in \(sets) sets, each; and each of a tenth of them:"
            let table = Report.table(
                steps.map {
                    ("  " + $0.name, Figure.time($0.each), "\(Figure.time($0.eachOfATenth)), growth \(Figure.significant($0.growth))")
                }
            )
            func bytes(_ number: Double?) -> String { number.map { Figure.significant($0) } ?? "–" }
            let memory = """
                  memory: \(bytes(bytesWithoutEventfd)) bytes an irqfd, \(bytes(bytesWithEventfd)) with its eventfd; the process has grown by \
                \(bytes(residentBytes))
                """
            return [heading] + table + [memory, "  goal: \(goal): \(BenchReport.mark(meets))"] + notes.map { "  " + $0 }
        }
    }
#endif
