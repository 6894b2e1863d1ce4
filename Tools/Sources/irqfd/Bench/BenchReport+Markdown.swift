// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    extension BenchReport {
        /// The result as a table for the README.
        func markdown() -> String {
            var lines = [
                "| operation | ours | floor | ours ÷ floor | peers (÷ ours) | goal | |",
                "|---|--:|--:|--:|---|---|---|",
            ]
            lines += rows.map { row in
                let floor = row.floorTitle.map { "\(Self.time(row.figures.floor))<br>\($0)" } ?? "–"
                let ratio = row.figures.ratios["floor"].map { Figure.significant($0) } ?? "–"
                let cells = [
                    row.title, Self.time(row.figures.ours), floor, ratio, Self.peers(row, separator: "<br>"), row.goal,
                    Self.mark(row.meets),
                ]
                return "| " + cells.map(Self.escaped).joined(separator: " | ") + " |"
            }
            if let million {
                lines += [
                    "", "| \(million.irqfds) irqfds in \(million.sets) sets | each | each of a tenth | growth |", "|---|--:|--:|--:|",
                ]
                lines += million.steps.map {
                    "| \($0.name) | \(Figure.time($0.each)) | \(Figure.time($0.eachOfATenth)) | \(Figure.significant($0.growth)) |"
                }
                if let without = million.bytesWithoutEventfd, let with = million.bytesWithEventfd {
                    lines += [
                        "", "Memory of each irqfd: \(Figure.significant(without)) bytes, with its eventfd \(Figure.significant(with)).",
                    ]
                }
            }
            lines += ["", Self.sentence(verdict) + " " + Self.sentence(machine.line)]
            if !missing.isEmpty { lines += ["", "Not measured:"] + missing.map { "- \(Self.escaped($0))" } }
            return lines.joined(separator: "\n") + "\n"
        }

        private static func sentence(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() + "." }

        /// A cell ends at a bar.
        private static func escaped(_ text: String) -> String {
            text.map { $0 == "|" ? "\\|" : $0.isNewline ? " " : String($0) }.joined()
        }
    }
#endif
