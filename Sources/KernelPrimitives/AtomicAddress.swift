// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import Synchronization

/// An address, or zero, that threads share without a lock.
@usableFromInline
package struct AtomicAddress: ~Copyable, Sendable {
    @usableFromInline let word = Atomic<UInt>(0)

    @inlinable package init() {}

    @inlinable package func load() -> UInt { word.load(ordering: .acquiring) }

    @inlinable package func clear() { word.store(0, ordering: .releasing) }

    /// Sets the address if there is none; false: there is one.
    @inlinable package func claim(_ address: UInt) -> Bool {
        word.compareExchange(expected: 0, desired: address, ordering: .acquiringAndReleasing).exchanged
    }
}
