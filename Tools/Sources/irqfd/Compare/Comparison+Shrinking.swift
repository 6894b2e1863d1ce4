// swift-irqfd: SPDX-License-Identifier: Apache-2.0

extension Comparison {
    /// The shortest and simplest script that is found on which the two sides still differ.
    ///
    /// - Parameter result: That of the script, which ended with a mismatch: what comes behind it is not needed.
    func shrink(_ script: Script, after result: Result) throws(CompareError) -> Script {
        var start = script
        start.operations.removeLast(script.operations.count - result.operations)
        (ours.isHurried, theirs.isHurried) = (true, true)
        defer { (ours.isHurried, theirs.isHurried) = (false, false) }
        return try Shrinker { script throws(CompareError) in try run(script).isMismatch }.shrink(start)
    }
}
