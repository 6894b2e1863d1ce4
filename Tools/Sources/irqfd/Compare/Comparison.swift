// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Runs a script on two sides at once, and looks at both after every operation.
struct Comparison {
    /// What came of a script.
    struct Result: Sendable {
        /// How many operations both sides have done.
        var operations = 0
        /// How often each difference applied, and was as it must be.
        var excused: [Difference: Int] = [:]
        /// How many lines have had an interrupt after an operation, on their side.
        var interrupts = 0
        /// Whether the two sides were not the same after the last of those operations.
        var isMismatch = false
        /// One row for each operation, if they were asked for.
        var rows: [ComparisonRow] = []
    }

    let ours: any Subject
    let theirs: any Subject
    var progress = CompareProgress()
    /// Whether a counter without room is signalled. If not, a script ends where it would be.
    var signalsFullCounters = true

    /// Runs a script until its end, or until the two sides differ.
    func run(_ script: Script, recordsRows: Bool = false) throws(CompareError) -> Result {
        var result = Result()
        var model = ScriptModel()
        try ours.begin(script)
        try theirs.begin(script)
        for operation in script.operations {
            if !signalsFullCounters, case .signal(let slot) = operation, model.file(in: slot)?.hasRoom(for: 1) == false { break }
            progress.enter(operation)
            let row = try step(operation, model, &result)
            result.operations += 1
            if recordsRows { result.rows.append(row) }
            if row.isMismatch {
                result.isMismatch = true
                break
            }
            model.apply(operation)
        }
        try ours.end()
        try theirs.end()
        return result
    }

    private func step(_ operation: ScriptOperation, _ model: ScriptModel, _ result: inout Result) throws(CompareError) -> ComparisonRow {
        let difference = ours.differences.first { $0.applies(to: operation, in: model) }
        let sleeps = model.sleeps(in: operation)
        let outcomes = (try ours.perform(operation, sleeps: sleeps), try theirs.perform(operation, sleeps: sleeps))
        var row = ComparisonRow(operation: operation, outcomes: outcomes, difference: difference)
        if let difference {
            guard difference.accepts(outcomes.0, outcomes.1) else { return row.differing() }
            if let complaint = try ours.bringInStep(difference, after: operation, in: model) { return row.differing((complaint, "")) }
            result.excused[difference, default: 0] += 1
        } else if outcomes.0 != outcomes.1 {
            return row.differing()
        }
        let ourSighting = try ours.look(expecting: nil)
        let theirSighting = try theirs.look(expecting: ourSighting)
        result.interrupts += theirSighting.interrupts.reduce(0) { $0 + $1.nonzeroBitCount }
        row.sightings = (ourSighting, theirSighting)
        if let words = ourSighting.difference(from: theirSighting) { return row.differing(words) }
        return row
    }
}
