// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A row: what is measured, and what is asked of it.
struct BenchRow: Sendable {
    let name: String
    /// The operation, for people.
    let title: String
    /// What the floor is, for people.
    var floorTitle: String?
    let goal: Goal
    /// In how many rounds it is measured at most: the dear ones not in all.
    var mostRounds = Int.max
    /// What one should know to read the figures.
    var notes: [String] = []
    /// Makes all that measuring takes.
    let prepare: @Sendable () throws -> RowMeters
}
