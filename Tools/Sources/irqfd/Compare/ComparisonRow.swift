// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// One operation, and what both sides have made of it.
struct ComparisonRow: Sendable {
    let operation: ScriptOperation
    let outcomes: (Outcome, Outcome)
    /// The known difference that applied.
    let difference: Difference?
    var sightings: (Sighting, Sighting)?
    private(set) var isMismatch = false
    /// What differs, besides the outcomes.
    private var words = ("", "")

    init(operation: ScriptOperation, outcomes: (Outcome, Outcome), difference: Difference?) {
        self.operation = operation
        self.outcomes = outcomes
        self.difference = difference
    }

    /// The same row, as the one where the two sides differ.
    func differing(_ words: (String, String) = ("", "")) -> ComparisonRow {
        var row = self
        row.isMismatch = true
        row.words = words
        return row
    }

    /// The cells of the row: a mark or a number, the operation, ours, theirs.
    private func cells(_ number: Int) -> [String] {
        func cell(_ outcome: Outcome, _ words: String, _ sighting: Sighting?) -> String {
            let parts = [outcome.description, isMismatch ? words : sighting?.summary ?? ""]
            return parts.filter { !$0.isEmpty }.joined(separator: "; ")
        }
        let remark = difference.map { " (\($0.rawValue))" } ?? ""
        return [
            "\(isMismatch ? ">" : " ") \(number)", operation.description + remark,
            cell(outcomes.0, words.0, sightings?.0), cell(outcomes.1, words.1, sightings?.1),
        ]
    }

    /// Rows as a table for people: two columns, and what was done before them.
    static func table(_ rows: [ComparisonRow], _ names: (String, String)) -> String {
        let cells = [["", "", names.0, names.1]] + rows.enumerated().map { $1.cells($0 + 1) }
        let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            var line = ""
            for (column, width) in widths.enumerated() {
                line += row[column] + String(repeating: " ", count: width - row[column].count) + (column == 0 ? "  " : " | ")
            }
            return line + row[3]
        }.joined(separator: "\n")
    }
}
