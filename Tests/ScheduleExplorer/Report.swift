// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// A failed run for people: one column a thread, time goes down.
    struct Report {
        private static let width = 38

        private let record: Record
        private let names: [String]

        init(_ scheduler: Scheduler) {
            record = scheduler.record
            names = scheduler.threads.map(\.name)
        }

        var text: String {
            var columns: [Int] = []
            for entry in record.entries where entry.isExplored && !columns.contains(entry.thread) { columns.append(entry.thread) }
            columns.sort()
            var lines: [String] = []
            let rows = record.entries.indices.compactMap { row($0) }
            let before = rows.filter { !$0.isExplored }.map(\.text)
            if !before.isEmpty { lines.append("before: " + before.joined(separator: ", ")) }
            lines.append("")
            lines.append(line(columns.map { names[$0] }))
            lines.append(line(columns.map { String(repeating: "-", count: min(names[$0].count, Report.width - 1)) }))
            for row in rows where row.isExplored {
                lines.append(line(columns.map { $0 == row.thread ? row.text : "" }))
            }
            return lines.joined(separator: "\n")
        }

        private func row(_ index: Int) -> (thread: Int, isExplored: Bool, text: String)? {
            let entry = record.entries[index]
            guard let text = text(of: entry, index) else { return nil }
            return (entry.thread, entry.isExplored, text)
        }

        private func text(of entry: Record.Entry, _ index: Int) -> String? {
            switch entry.what {
            case .remark(let text): return text
            case .note(let step):
                let object = record.name(of: entry.object, at: index) ?? "it"
                if entry.other == 0 { return "\(step) \(object)" }
                return "\(step) \(object) · \(record.name(of: entry.other, at: index) ?? "another")"
            case .step(let operation, let kind):
                if kind == .timeout { return "its time is over" }
                if kind == .spuriousWakeup { return "wakes without a reason" }
                switch operation {
                case .lock where entry.isExplored: return record.name(of: entry.object, at: index).map { "lock \($0)" }
                case .threadEnd where entry.isExplored: return "ends"
                default: return nil
                }
            }
        }

        private func line(_ cells: [String]) -> String {
            var line = ""
            for cell in cells {
                line += cell + String(repeating: " ", count: max(1, Report.width - cell.count))
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
#endif
