// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What is run on both sides: operations with all their values, so that a second run does the same.
struct Script: Equatable, Sendable {
    /// How many files it may hold at a time.
    static let slots = 3
    /// How many machines there are, if any.
    static let machines = 2
    /// The lines that a machine's controllers know, and one that they do not: it interrupts nobody.
    static let lines: [UInt32] = [3, 4, 5, 10, 11, 4000]

    /// Whether it is about irqfds as well; if not, there are no machines.
    let hasMachines: Bool
    var operations: [ScriptOperation]
}

extension Script: CustomStringConvertible {
    /// The operations, one a line.
    var description: String { operations.map(\.description).joined(separator: "\n") }
}
