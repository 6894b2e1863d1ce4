// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What all sides have added to a counter and taken from it, each modulo 2^64, as the counter may be filled more than once.
final class Ledger: Sendable {
    private let added: Atomic<UInt64>
    private let taken = Atomic<UInt64>(0)

    init(initialValue: UInt64) {
        added = Atomic(initialValue)
    }

    /// It was added, or will be.
    func add(_ value: UInt64) { added.wrappingAdd(value, ordering: .sequentiallyConsistent) }

    /// It was not added after all.
    func takeBack(_ value: UInt64) { added.wrappingSubtract(value, ordering: .sequentiallyConsistent) }

    /// A read has returned it.
    func take(_ value: UInt64) { taken.wrappingAdd(value, ordering: .sequentiallyConsistent) }

    /// What must be left, when nobody adds or takes any more.
    var left: UInt64 { added.load(ordering: .sequentiallyConsistent) &- taken.load(ordering: .sequentiallyConsistent) }
}
