// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many processes there were.
final class Processes: Sendable {
    private let started = Atomic<UInt64>(0)
    private let killed = Atomic<UInt64>(0)

    func countStarted() { started.wrappingAdd(1, ordering: .relaxed) }
    func countKilled() { killed.wrappingAdd(1, ordering: .relaxed) }

    /// How many were started.
    var sum: UInt64 { started.load(ordering: .relaxed) }
    /// How many were killed on purpose.
    var sumKilled: UInt64 { killed.load(ordering: .relaxed) }
}
