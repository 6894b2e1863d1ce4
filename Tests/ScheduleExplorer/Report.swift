// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    extension VisibleOperation {
        /// In the words of a schedule.
        var words: String {
            switch self {
            case .lock, .innerLock: "lock"
            case .atomicRead: "read"
            case .atomicWrite: "write"
            case .park, .sleep: "sleep on"
            case .unpark: "wake"
            case .threadStart: "start"
            case .threadEnd: "end"
            case .join: "wait for"
            }
        }
    }

    /// A failed run for people: one column a thread, protagonists first; time goes down.
    struct Report {
        private struct Row {
            let thread: Int
            let isExplored: Bool
            var text: String
            var count = 1
        }

        private let record: Record
        private let names: [String]
        private let protagonists: [Int]

        init(_ scheduler: Scheduler) {
            record = scheduler.record
            names = scheduler.threads.map(\.name)
            protagonists = scheduler.protagonists
        }

        var text: String {
            let rows = rows
            let firstExplored = rows.firstIndex(where: \.isExplored) ?? rows.count
            let endOfExplored = max(firstExplored, (rows.lastIndex(where: \.isExplored) ?? -1) + 1)
            let explored = rows[firstExplored..<endOfExplored]
            let workers = Set(explored.map(\.thread)).subtracting(protagonists).sorted { names[$0] < names[$1] }
            let columns = protagonists + workers
            let widths = columns.map { column in
                2 + (explored.filter { $0.thread == column }.map(\.text.count) + [names[column].count]).max()!
            }
            var lines = firstExplored == 0 ? [] : ["before: " + rows[..<firstExplored].map(\.text).joined(separator: ", ")]
            lines += [
                "", line("", columns.map { names[$0] }, widths),
                line("", columns.map { String(repeating: "-", count: names[$0].count) }, widths),
            ]
            for (number, row) in explored.enumerated() {
                lines.append(line("\(number + 1)", columns.map { $0 == row.thread ? row.text : "" }, widths))
            }
            if endOfExplored < rows.count { lines.append("afterwards: " + rows[endOfExplored...].map(\.text).joined(separator: ", ")) }
            return lines.joined(separator: "\n")
        }

        /// What a thread does several times in a row, while nobody else does anything, is one row.
        private var rows: [Row] {
            var rows: [Row] = []
            for (index, entry) in record.entries.enumerated() {
                guard let text = text(of: entry, index) else { continue }
                if let last = rows.last, last.thread == entry.thread, last.isExplored == entry.isExplored, last.text == text {
                    rows[rows.count - 1].count += 1
                } else {
                    rows.append(Row(thread: entry.thread, isExplored: entry.isExplored, text: text))
                }
            }
            for index in rows.indices where rows[index].count > 1 { rows[index].text += " (\(rows[index].count) times)" }
            return rows
        }

        private func text(of entry: Record.Entry, _ index: Int) -> String? {
            switch entry.what {
            case .remark(let text): return text
            case .unlock: return entry.isExplored ? record.name(of: entry.object, at: index).map { "unlock \($0)" } : nil
            case .note(let step):
                let object = record.name(of: entry.object, at: index) ?? "it"
                if entry.other == 0 { return "\(step) \(object)" }
                return "\(step) \(object) · \(record.name(of: entry.other, at: index) ?? "another")"
            case .step(_, .timeout): return "its time is over"
            case .step(_, .spuriousWakeup): return "wakes without a reason"
            case .step(.lock, .step): return entry.isExplored ? record.name(of: entry.object, at: index).map { "lock \($0)" } : nil
            case .step(.threadEnd, .step): return entry.isExplored ? "ends" : nil
            case .step: return nil
            }
        }

        private func line(_ number: String, _ cells: [String], _ widths: [Int]) -> String {
            var line = String(repeating: " ", count: max(0, 3 - number.count)) + number + "  "
            for (cell, width) in zip(cells, widths) { line += cell + String(repeating: " ", count: max(0, width - cell.count)) }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
#endif
