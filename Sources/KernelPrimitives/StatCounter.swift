// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import Synchronization

/// A count for reports: read by anybody at any time, never part of a protocol, so no scheduling point.
///
/// Where one lock or one thread orders the writers already, `bump` costs no more than a plain increment.
@usableFromInline
package struct StatCounter: ~Copyable, Sendable {
    @usableFromInline let value = Atomic<UInt64>(0)

    @inlinable package init() {}

    /// Adds one; the caller's lock, or being the only thread that writes, keeps other writers out.
    @inlinable package func bump() {
        value.store(value.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Adds, whoever else does.
    @inlinable package func add(_ amount: UInt64) { value.wrappingAdd(amount, ordering: .relaxed) }

    /// Subtracts, whoever else does.
    @inlinable package func subtract(_ amount: UInt64) { value.wrappingSubtract(amount, ordering: .relaxed) }

    @inlinable package func load() -> UInt64 { value.load(ordering: .relaxed) }
}
