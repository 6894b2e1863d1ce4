// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What measures a row. Every function measures one slice of a round, and gives nanoseconds an operation.
struct RowMeters {
    /// A peer, and what measures it.
    struct Peer {
        let name: String
        let measure: () throws -> Double
    }

    var floor: (() throws -> Double)?
    let ours: () throws -> Double
    var peers: [Peer] = []
    /// What the last slice of ours has counted, by its name.
    var counts: (() -> [String: Double])?
    /// What could not be made, and other remarks.
    var notes: [String] = []
    /// Ends what has to be ended by hand.
    var end: () -> Void = {}
}
