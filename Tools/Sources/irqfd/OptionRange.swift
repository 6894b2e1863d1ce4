// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

extension ParsableCommand {
    /// Refuses an option's value that is out of range, with a sentence.
    func require(_ value: Int, in range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError("\(option) must be between \(range.lowerBound) and \(range.upperBound), not \(value).")
        }
    }
}
