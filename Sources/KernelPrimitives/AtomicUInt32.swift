// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import Synchronization

/// A 32-bit word that threads share without a lock.
///
/// Every read-modify-write acquires and releases, because the protocols built on it need the pair: the failed
/// test-and-set of a pending bit must publish what the caller stored before it, and the clearing must see it.
///
/// The corresponding kernel type is `atomic_t`.
@usableFromInline
package struct AtomicUInt32: ~Copyable, Sendable {
    @usableFromInline let word: Atomic<UInt32>
    #if ScheduleExploration
        /// Memory is used again, and numbers are not.
        @usableFromInline let serial = UInt(SerialNumber.next())
    #else
        @usableFromInline @inline(__always) var serial: UInt { 0 }
    #endif

    @inlinable package init(_ value: UInt32) { word = Atomic(value) }

    /// Where the word lives. An atomic never moves, so the address is good as long as its owner is.
    @inlinable package var address: UnsafeRawPointer {
        unsafe withUnsafePointer(to: word) { unsafe UnsafeRawPointer($0) }
    }

    #if ScheduleExploration
        package var place: WordPlace { unsafe WordPlace(address: address, serial: serial) }
    #endif

    @inlinable package func load() -> UInt32 {
        #if ScheduleExploration
            scheduleRead()
        #endif
        return word.load(ordering: .acquiring)
    }

    @inlinable package func store(_ value: UInt32) {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        word.store(value, ordering: .releasing)
    }

    @inlinable package func exchange(_ value: UInt32) -> UInt32 {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.exchange(value, ordering: .acquiringAndReleasing)
    }

    @inlinable package func compareExchange(_ expected: UInt32, with desired: UInt32) -> Bool {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.compareExchange(expected: expected, desired: desired, ordering: .acquiringAndReleasing).exchanged
    }

    /// Adds, and returns the value before.
    @inlinable package func fetchAdd(_ value: UInt32) -> UInt32 {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.wrappingAdd(value, ordering: .acquiringAndReleasing).oldValue
    }

    /// Subtracts, and returns the value before.
    @inlinable package func fetchSubtract(_ value: UInt32) -> UInt32 {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.wrappingSubtract(value, ordering: .acquiringAndReleasing).oldValue
    }

    /// Sets bits, and returns the value before.
    @inlinable package func fetchOr(_ bits: UInt32) -> UInt32 {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.bitwiseOr(bits, ordering: .acquiringAndReleasing).oldValue
    }

    /// Keeps only these bits, and returns the value before.
    @inlinable package func fetchAnd(_ bits: UInt32) -> UInt32 {
        #if ScheduleExploration
            scheduleWrite()
        #endif
        return word.bitwiseAnd(bits, ordering: .acquiringAndReleasing).oldValue
    }

    #if ScheduleExploration
        @usableFromInline func scheduleRead() { unsafe ScheduleSeam.reach(.atomicRead, place) }

        @usableFromInline func scheduleWrite() { unsafe ScheduleSeam.reach(.atomicWrite, place) }
    #endif
}
