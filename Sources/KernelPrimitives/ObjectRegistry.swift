// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The live objects of one kind, so that their counters can be summed when somebody asks.
///
/// An object enters when it is made and leaves when it ends; nothing it does in between comes here.
@safe
package final class ObjectRegistry<Object: AnyObject>: @unchecked Sendable {
    // @unchecked: all variables are guarded by `lock`.

    /// Unmanaged: the list keeps nothing alive. An object leaves it before it is freed.
    @safe
    private struct Slot {
        let object: Unmanaged<Object>?
    }

    private let lock = AdaptiveMutex(.registry)
    @safe @exclusivity(unchecked) private var slots: [Slot] = []
    @safe @exclusivity(unchecked) private var freeSlots: [Int] = []
    @safe @exclusivity(unchecked) private var endedTotal: UInt64 = 0

    package init() {}

    /// How many there are.
    package var count: Int { lock.withLock { slots.count - freeSlots.count } }

    /// Lists an object; the slot returned is what `remove` wants back. The object removes itself before it is freed.
    package func insert(_ object: Object) -> Int {
        let listed = unsafe Slot(object: Unmanaged.passUnretained(object))
        return lock.withLock {
            if let slot = freeSlots.popLast() {
                slots[slot] = listed
                return slot
            }
            slots.append(listed)
            return slots.count - 1
        }
    }

    /// Removes an object that ends, and keeps its counter.
    package func remove(_ slot: Int, counted: UInt64 = 0) {
        lock.withLock {
            slots[slot] = unsafe Slot(object: nil)
            freeSlots.append(slot)
            endedTotal &+= counted
        }
    }

    /// The counters of all objects that are alive and of all that have been.
    ///
    /// Complexity: O(*n*) in the number of objects alive.
    package func sum(_ counter: (borrowing Object) -> UInt64) -> UInt64 {
        lock.withLock {
            var total = endedTotal
            for slot in slots {
                // Not retained: an object that is in its deinit stays until it has left this list.
                if let object = unsafe slot.object { total &+= unsafe object._withUnsafeGuaranteedRef { counter($0) } }
            }
            return total
        }
    }
}
