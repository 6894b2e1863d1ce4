// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The figures of a row: medians of all rounds, in nanoseconds.
struct RowFigures: Equatable, Sendable {
    var ours: Double?
    var floor: Double?
    var peers: [String: Double] = [:]
    /// What is counted beside the time, by its name.
    var counts: [String: Double] = [:]

    /// Ours as a multiple of the floor, under "floor"; and under each peer's name, how many of ours fit into one of its.
    var ratios: [String: Double] {
        guard let ours, ours > 0 else { return [:] }
        var ratios = peers.mapValues { $0 / ours }
        if let floor, floor > 0 { ratios["floor"] = ours / floor }
        return ratios
    }
}
