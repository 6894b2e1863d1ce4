// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Makes a script on which two sides differ as short and as simple as it gets, by trying.
///
/// Every step takes operations away or makes one of them simpler, so it ends.
struct Shrinker {
    /// Whether the two sides still differ.
    let isBad: (Script) throws(CompareError) -> Bool

    func shrink(_ script: Script) throws(CompareError) -> Script {
        var best = script
        while let better = try step(best) { best = better }
        return best
    }

    /// The first that still differs among the simpler scripts, or nil if there is none. First those that are shorter by much.
    private func step(_ script: Script) throws(CompareError) -> Script? {
        for candidates in [Self.shorter, Self.merged, Self.renamed, Self.simpler] {
            for candidate in candidates(script) where try isBad(candidate) { return candidate }
        }
        return nil
    }

    // MARK: Candidates

    /// Without some operations in a row: many, then few, then one.
    private static func shorter(_ script: Script) -> [Script] {
        let count = script.operations.count
        var candidates: [Script] = []
        var size = count / 2
        while size > 0 {
            for start in stride(from: 0, to: count - size + 1, by: size).reversed() {
                candidates.append(script.changed { $0.removeSubrange(start..<start + size) })
            }
            size /= 2
        }
        return candidates
    }

    /// Without one operation that changes the counter, which a later write of the same file makes good: so what happens at a limit happens there
    /// in fewer steps.
    private static func merged(_ script: Script) -> [Script] {
        var candidates: [Script] = []
        for (index, operation) in script.operations.enumerated() {
            let later = script.operations.indices.first { $0 > index && script.operations[$0].written?.slot == operation.slot }
            guard let later, case let (slot, value)? = script.operations[later].written else { continue }
            let (sum, isOutOfRange) =
                switch operation {
                case .write(_, let earlier), .tryWrite(_, let earlier): value.addingReportingOverflow(earlier)
                case .signal: value.addingReportingOverflow(1)
                // Of a semaphore: it takes one.
                case .read, .tryRead: value.subtractingReportingOverflow(1)
                default: (value, true)
                }
            if isOutOfRange { continue }
            candidates.append(
                script.changed {
                    $0[later] = .write(slot: slot, value: sum)
                    $0.remove(at: index)
                }
            )
        }
        return candidates
    }

    /// With fewer slots, machines and lines: one by its predecessor's name throughout.
    private static func renamed(_ script: Script) -> [Script] {
        var candidates: [Script] = []
        for slot in (1..<Script.slots).reversed() {
            candidates.append(script.mapped { $0.renamed(slot: { $0 == slot ? slot - 1 : $0 }) })
        }
        for machine in (1..<Script.machines).reversed() {
            candidates.append(script.mapped { $0.renamed(machine: { $0 == machine ? machine - 1 : $0 }) })
        }
        for (line, simpler) in zip(Script.lines.dropFirst(), Script.lines).reversed() {
            candidates.append(script.mapped { $0.renamed(line: { $0 == line ? simpler : $0 }) })
        }
        return candidates.filter { $0 != script }
    }

    /// With one operation in a simpler form.
    private static func simpler(_ script: Script) -> [Script] {
        script.operations.enumerated().flatMap { index, operation in
            operation.simplerForms.map { form in script.changed { $0[index] = form } }
        }
    }
}

extension ScriptOperation {
    /// What a write is about.
    fileprivate var written: (slot: Int, value: UInt64)? {
        switch self {
        case .write(let slot, let value), .tryWrite(let slot, let value): (slot, value)
        default: nil
        }
    }
}

extension Script {
    fileprivate func changed(_ change: (inout [ScriptOperation]) -> Void) -> Script {
        var script = self
        change(&script.operations)
        return script
    }

    fileprivate func mapped(_ transform: (ScriptOperation) -> ScriptOperation) -> Script {
        changed { $0 = $0.map(transform) }
    }
}
