// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD

/// The irqfds of a set by their contexts: which one is assigned, or being assigned. Guarded by irqfds.lock.
///
/// A hash table whose chains run through the irqfds: what comes and goes allocates nothing, but for a larger table now and then.
@unsafe
struct IrqfdTable: ~Copyable {
    private var buckets: UnsafeMutableBufferPointer<Irqfd.Pointer?>
    private var count = 0

    init() { unsafe buckets = unsafe .init(start: nil, count: 0) }

    deinit { unsafe buckets.deallocate() }

    /// The irqfd of a context; nil: there is none.
    ///
    /// - Complexity: O(1)
    func find(_ context: EventFDContextID) -> Irqfd.Pointer? {
        if unsafe count == 0 { return nil }
        var next = unsafe buckets[index(of: context)]
        while let irqfd = unsafe next {
            if unsafe irqfd.pointee.eventFD.id == context { return unsafe irqfd }
            unsafe next = unsafe irqfd.pointee.nextInTable
        }
        return nil
    }

    /// Adds an irqfd whose context has none.
    ///
    /// - Complexity: O(1), amortised.
    mutating func insert(_ irqfd: Irqfd.Pointer) {
        if unsafe count == buckets.count { unsafe grow() }
        unsafe count += 1
        unsafe link(irqfd)
    }

    /// Takes an irqfd out, if it is there.
    ///
    /// - Complexity: O(1)
    mutating func remove(_ irqfd: Irqfd.Pointer) {
        if unsafe count == 0 { return }
        let bucket = unsafe index(of: irqfd.pointee.eventFD.id)
        if unsafe buckets[bucket] == irqfd {
            unsafe buckets[bucket] = unsafe irqfd.pointee.nextInTable
        } else {
            var previous = unsafe buckets[bucket]
            while let current = unsafe previous, unsafe current.pointee.nextInTable != irqfd {
                unsafe previous = unsafe current.pointee.nextInTable
            }
            guard let previous = unsafe previous else { return }
            unsafe previous.pointee.nextInTable = unsafe irqfd.pointee.nextInTable
        }
        unsafe irqfd.pointee.nextInTable = nil
        unsafe count -= 1
    }

    /// Forgets all irqfds, and does not touch them.
    mutating func removeAll() {
        unsafe buckets.deallocate()
        unsafe buckets = unsafe .init(start: nil, count: 0)
        unsafe count = 0
    }

    /// Multiplicative hashing: whatever step the numbers of a user's contexts have, they spread. The number of buckets is a power of two.
    private func index(of context: EventFDContextID) -> Int {
        let product = context.serial &* 0x9e37_79b9_7f4a_7c15
        return unsafe Int(truncatingIfNeeded: product >> UInt64(64 - buckets.count.trailingZeroBitCount))
    }

    private func link(_ irqfd: Irqfd.Pointer) {
        let bucket = unsafe index(of: irqfd.pointee.eventFD.id)
        unsafe irqfd.pointee.nextInTable = unsafe buckets[bucket]
        unsafe buckets[bucket] = unsafe irqfd
    }

    private mutating func grow() {
        let old = unsafe buckets
        unsafe buckets = .allocate(capacity: max(4, 2 * old.count))
        unsafe buckets.initialize(repeating: nil)
        for first in old.indices {
            var next = unsafe old[first]
            while let irqfd = unsafe next {
                unsafe next = unsafe irqfd.pointee.nextInTable
                unsafe link(irqfd)
            }
        }
        unsafe old.deallocate()
    }
}
