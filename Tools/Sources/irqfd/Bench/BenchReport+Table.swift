// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    extension BenchReport {
        private static let heading = ["row", "ours", "floor", "ours/floor", "peers (how many of ours fit into one of theirs)", "goal", ""]

        /// The result for people.
        func table() -> String {
            let cells = [Self.heading] + rows.map(Self.cells)
            let widths = Self.heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
            let lines = cells.map { row in
                // Names and words begin at the left, numbers end at the right.
                row.enumerated().map { column, text in
                    let space = String(repeating: " ", count: widths[column] - text.count)
                    return (1...3).contains(column) ? space + text : text + space
                }.joined(separator: "  ").trimmingSuffix(" ")
            }
            let notes = rows.flatMap { row in row.notes.map { "\(row.name): \($0)" } }
            let absent = missing.map { "missing: \($0)" }
            let sections = [[machine.line], lines, million?.lines ?? [], notes, absent, [verdict]].filter { !$0.isEmpty }
            return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
        }

        /// How many goals are met, of those that could be judged.
        var verdict: String {
            let rest = rows.count { $0.meets == nil }
            let remark = rest == 0 ? "" : " (\(rest) more could not be judged)"
            let busy =
                (others ?? 0) >= 0.25
                ? "; others kept \(Figure.significant(others ?? 0)) processors busy meanwhile, which spoils figures" : ""
            return "goals met: \(goalsMet) of \(goalsJudged)\(remark); medians of \(rounds) \(rounds == 1 ? "round" : "rounds")\(busy)"
        }

        private static func cells(_ row: RowResult) -> [String] {
            [
                row.name, time(row.figures.ours), time(row.figures.floor),
                row.figures.ratios["floor"].map { Figure.significant($0) } ?? "–", peers(row, separator: ", "), row.goal, mark(row.meets),
            ]
        }

        static func time(_ nanoseconds: Double?) -> String { nanoseconds.map { Figure.time($0) } ?? "–" }

        /// The fastest first.
        static func peers(_ row: RowResult, separator: String) -> String {
            let sorted = row.figures.peers.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            return sorted.map { name, time in
                let ratio = row.figures.ratios[name].map { " (\(Figure.significant($0)))" } ?? ""
                return "\(name) \(Figure.time(time))\(ratio)"
            }.joined(separator: separator)
        }

        static func mark(_ meets: Bool?) -> String {
            switch meets {
            case true?: "met"
            case false?: "MISSED"
            case nil: "not judged"
            }
        }
    }

    extension String {
        /// The string without these at its end.
        fileprivate func trimmingSuffix(_ character: Character) -> String {
            var end = endIndex
            while end > startIndex, self[index(before: end)] == character { end = index(before: end) }
            return String(self[..<end])
        }
    }
#endif
