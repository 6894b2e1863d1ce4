// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What the rounds have shown of a row.
struct RowSamples: Sendable {
    private(set) var ours: [Double] = []
    private(set) var floor: [Double] = []
    private(set) var peers: [String: [Double]] = [:]
    private(set) var counts: [String: [Double]] = [:]
    /// Remarks, each once.
    private(set) var notes: [String] = []

    mutating func add(ours nanoseconds: Double) { ours.append(nanoseconds) }
    mutating func add(floor nanoseconds: Double) { floor.append(nanoseconds) }
    mutating func add(_ nanoseconds: Double, of peer: String) { peers[peer, default: []].append(nanoseconds) }

    mutating func add(counts new: [String: Double]) {
        for (name, number) in new { counts[name, default: []].append(number) }
    }

    mutating func add(note: String) {
        if !notes.contains(note) { notes.append(note) }
    }

    /// The medians.
    var figures: RowFigures {
        RowFigures(
            ours: Figure.median(ours),
            floor: Figure.median(floor),
            peers: peers.compactMapValues { Figure.median($0) },
            counts: counts.compactMapValues { Figure.median($0) }
        )
    }
}
