// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation

    /// The rows of a report as bars on a logarithmic axis: a picture that needs nothing but a reader of SVG, and follows its light or dark.
    struct Chart {
        /// What a bar stands for; also its class in the style.
        private enum Kind: String {
            case ours, floor, peer
        }

        private struct Bar {
            let kind: Kind
            let time: Double
            let label: String
        }

        private static let width = 980.0
        /// Where the bars begin.
        private static let left = 308.0
        /// Where the axis ends; behind it is room for the label of the longest bar.
        private static let right = 790.0
        private static let top = 96.0
        private static let barHeight = 11.0
        private static let barStep = 13.0
        private static let rowGap = 12.0
        private let groups: [(row: RowResult, bars: [Bar])]
        private let machine: String
        /// Powers of ten between which the axis goes.
        private let decades: ClosedRange<Int>

        init(_ report: BenchReport) {
            groups = report.rows.compactMap { row in
                let bars = Self.bars(of: row)
                return bars.isEmpty ? nil : (row, bars)
            }
            machine = "Medians of \(report.rounds) \(report.rounds == 1 ? "round" : "rounds"). \(report.machine.line)."
            let logarithms = groups.flatMap(\.bars).map { log10($0.time) }
            // At least one decade, and no bar so short that it is not seen.
            let first = Int((logarithms.min() ?? 0).rounded(.down))
            let lowest = (logarithms.min() ?? 0) - Double(first) < 0.08 ? first - 1 : first
            decades = lowest...max(lowest + 1, Int((logarithms.max() ?? 1).rounded(.up)))
        }

        private static func bars(of row: RowResult) -> [Bar] {
            func bar(_ kind: Kind, _ time: Double?, _ name: String) -> Bar? {
                guard let time, time > 0, time.isFinite else { return nil }
                return Bar(kind: kind, time: time, label: "\(name) \(Figure.time(time))")
            }
            guard let ours = bar(.ours, row.figures.ours, "ours") else { return [] }
            // The fastest, and those that the goal speaks of; more would be a picture of others.
            let sorted = row.figures.peers.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            let peers = sorted.prefix(1) + sorted.dropFirst().filter { row.goalPeers.contains($0.key) }
            return [ours] + [bar(.floor, row.figures.floor, "floor")].compactMap { $0 } + peers.compactMap { bar(.peer, $0.value, $0.key) }
        }

        // MARK: The picture

        /// The picture, a whole file.
        var svg: String {
            var body: [String] = []
            var y = Self.top
            for (row, bars) in groups {
                let height = Double(bars.count) * Self.barStep
                body.append(text(row.title, x: Self.left - 10, y: y + height / 2 + 3, "title", anchor: "end"))
                // The labels first: the ground around their letters must not lie on other bars.
                let places = bars.enumerated().map { (bar: $1, y: y + Double($0) * Self.barStep) }
                body += places.map { label(of: $0.bar, y: $0.y) }
                body += places.map { place in
                    rectangle(x: Self.left, y: place.y, width: width(of: place.bar), height: Self.barHeight, place.bar.kind.rawValue)
                }
                y += height
                y += Self.rowGap
            }
            let bottom = y - Self.rowGap / 2
            let footer = Self.wrapped(machine, at: 150)
            let height = bottom + 34 + Double(footer.count) * 15
            let frame = [
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="\(number(Self.width))" height="\(number(height))" \
                viewBox="0 0 \(number(Self.width)) \(number(height))" role="img" aria-label="Time of each operation, beside floors and peers">
                """,
                Self.style,
                "<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"8\"/>",
                text("swift-irqfd: time of each operation", x: 24, y: 34, "heading"),
                text(
                    "Shorter is faster; the axis is logarithmic. A floor is the least that the machine needs for it.",
                    x: 24,
                    y: 54,
                    "note"
                ),
            ]
            let notes = footer.enumerated().map { text($1, x: 24, y: bottom + 40 + Double($0) * 15, "note") }
            return (frame + legend + axis(to: bottom) + body + notes + ["</svg>"]).joined(separator: "\n") + "\n"
        }

        private static let style = """
            <style>
            text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
            .heading { font-size: 18px; font-weight: 600; }
            .note, .tick { font-size: 11px; fill: #59636e; }
            .label { font-size: 10px; fill: #59636e; }
            .strong { font-size: 10px; font-weight: 600; }
            .label, .strong { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
            .ground { fill: #ffffff; }
            .grid { stroke: #d1d9e0; stroke-width: 1; }
            .ours { fill: #0969da; }
            .floor { fill: #8c959f; }
            .peer { fill: #d4843e; }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3; }
            .note, .tick, .label { fill: #9198a1; }
            .label, .strong { stroke: #0d1117; }
            .ground { fill: #0d1117; }
            .grid { stroke: #2b3138; }
            .ours { fill: #4493f8; }
            .floor { fill: #6e7681; }
            .peer { fill: #c9762f; }
            }
            </style>
            """

        private var legend: [String] {
            let entries: [(Kind, String, Double)] = [(.ours, "ours", 0), (.floor, "floor", 70), (.peer, "peers", 146)]
            return entries.flatMap { kind, name, offset in
                let x = Self.width - 264 + offset
                return [rectangle(x: x, y: 23, width: 12, height: 12, kind.rawValue), text(name, x: x + 18, y: 33, "note")]
            }
        }

        private func axis(to bottom: Double) -> [String] {
            decades.flatMap { decade in
                let x = place(pow(10, Double(decade)))
                return [
                    """
                    <line class="grid" x1="\(number(x))" y1="\(number(Self.top - 8))" x2="\(number(x))" y2="\(number(bottom))"/>
                    """,
                    text(Self.name(of: decade), x: x, y: Self.top - 14, "tick", anchor: "middle"),
                    text(Self.name(of: decade), x: x, y: bottom + 14, "tick", anchor: "middle"),
                ]
            }
        }

        private func label(of bar: Bar, y: Double) -> String {
            text(bar.label, x: Self.left + width(of: bar) + 5, y: y + 9, bar.kind == .ours ? "strong" : "label")
        }

        private func width(of bar: Bar) -> Double { max(1, place(bar.time) - Self.left) }

        // MARK: Parts

        /// Where on the axis so many nanoseconds are.
        private func place(_ time: Double) -> Double {
            let part = (log10(time) - Double(decades.lowerBound)) / Double(decades.count - 1)
            return Self.left + part * (Self.right - Self.left)
        }

        private static func name(of decade: Int) -> String {
            let units = ["ns", "µs", "ms", "s"]
            guard (0..<12).contains(decade) else { return Figure.plain(pow(10, Double(decade))) + " ns" }
            return Figure.plain(pow(10, Double(decade % 3))) + " " + units[decade / 3]
        }

        /// The words in lines of so many letters at most, a single word excepted.
        static func wrapped(_ words: String, at length: Int) -> [String] {
            var lines: [String] = []
            for word in words.split(separator: " ") {
                if let last = lines.last, last.count + 1 + word.count <= length {
                    lines[lines.count - 1] = last + " " + word
                } else {
                    lines.append(String(word))
                }
            }
            return lines
        }

        private func rectangle(x: Double, y: Double, width: Double, height: Double, _ style: String) -> String {
            """
            <rect class="\(style)" x="\(number(x))" y="\(number(y))" width="\(number(width))" height="\(number(height))" rx="1.5"/>
            """
        }

        private func text(_ words: String, x: Double, y: Double, _ style: String, anchor: String = "start") -> String {
            """
            <text class="\(style)" x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)">\(Self.escaped(words))</text>
            """
        }

        private func number(_ value: Double) -> String { String(format: "%.1f", value) }

        /// What has a meaning of its own in XML gets another name, and what may not stand there at all goes.
        static func escaped(_ words: String) -> String {
            words.unicodeScalars.map { scalar in
                switch scalar {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                case "\"": "&quot;"
                case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}": ""
                default: String(scalar)
                }
            }.joined()
        }
    }
#endif
