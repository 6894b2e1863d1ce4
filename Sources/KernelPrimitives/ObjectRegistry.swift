// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The live objects of one kind, so that their counters can be summed when somebody asks.
///
/// An object enters when it is made and leaves when it ends; nothing it does in between comes here.
@safe
package final class ObjectRegistry: @unchecked Sendable {
    // @unchecked: all variables are guarded by `lock`.

    private let lock = AdaptiveMutex(.registry)
    /// Unmanaged: the list keeps nothing alive. An object leaves it before it is freed. (And untyped: a generic class would be slow
    /// where it is not specialised, which is in every other module.)
    @safe @exclusivity(unchecked) private var slots: [UnsafeRawPointer?] = unsafe []
    @safe @exclusivity(unchecked) private var freeSlots: [Int] = []
    @safe @exclusivity(unchecked) private var endedTotal: UInt64 = 0

    package init() {}

    /// How many there are.
    package var count: Int { lock.withLock { unsafe slots.count - freeSlots.count } }

    /// Lists an object; the slot returned is what `remove` wants back. The object removes itself before it is freed.
    package func insert(_ object: UnsafeRawPointer) -> Int {
        lock.lock()
        defer { lock.unlock() }
        if let slot = freeSlots.popLast() {
            unsafe slots[slot] = unsafe object
            return slot
        }
        unsafe slots.append(object)
        // Here, so that an object that ends allocates nothing.
        if unsafe freeSlots.capacity < slots.count { unsafe freeSlots.reserveCapacity(slots.capacity) }
        return unsafe slots.count - 1
    }

    /// Removes an object that ends, and keeps its counter.
    package func remove(_ slot: Int, counted: UInt64 = 0) {
        lock.lock()
        defer { lock.unlock() }
        unsafe slots[slot] = nil
        freeSlots.append(slot)
        endedTotal &+= counted
    }

    /// The counters of all objects that are alive and of all that have been.
    ///
    /// Complexity: O(*n*) in the number of objects alive.
    package func sum(_ counter: (UnsafeRawPointer) -> UInt64) -> UInt64 {
        lock.withLock { unsafe endedTotal &+ total(counter) }
    }

    /// The counters of the objects that are alive.
    package func sumOfLiving(_ counter: (UnsafeRawPointer) -> UInt64) -> UInt64 { lock.withLock { unsafe total(counter) } }

    private func total(_ counter: (UnsafeRawPointer) -> UInt64) -> UInt64 {
        var total: UInt64 = 0
        for slot in unsafe slots.indices {
            // Not retained: an object that is in its deinit stays until it has left this list.
            if let object = unsafe slots[slot] { total &+= unsafe counter(object) }
        }
        return total
    }
}
