// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// One place in a wait queue: an intrusive node at a stable address.
///
/// Whoever embeds it (an entry, a sleeping thread's stack frame, an irqfd) owns the memory, and keeps it until the node is
/// off its queue. All variables are guarded by the lock of the head on which the node is queued.
///
/// The corresponding kernel structure is `wait_queue_entry_t`.
@unsafe
package struct WaitQueueNode: ~Copyable {
    package typealias Pointer = UnsafeMutablePointer<WaitQueueNode>

    /// Called under the head's lock. `context` of the node tells whose it is.
    package typealias Function = (Pointer, PollEvents, inout WaitQueueHead.Locked) -> WakeResult

    /// Called once no wait queue lock is held any more, with the number of times the node has left a queue since the last call.
    typealias Settlement = (Pointer, UInt32) -> Void

    /// `front` is for what must see every wake, whatever others return: before the priority entries, one to a queue.
    enum Place { case front, priority, plain, exclusive }

    var next: Pointer?
    var previous: Pointer?
    var place = Place.plain
    /// The number of the walk before which the node was added: later walks visit it, an earlier one that still runs does not.
    var addedBeforeWalk: UInt64 = 0
    /// A reader or writer that sleeps on an open file, and is woken when the file is closed.
    package var isFileSleeper = false
    /// `context` is a `WaitQueueEntry`.
    var isEntry = false

    /// The head on which the node is queued. Claimed across heads, so that a second add is noticed wherever it happens.
    let queuedOn = AtomicAddress()

    /// How often the node has left a queue and was not settled yet: whoever makes it one has the node in its list, alone.
    let owedSettlements = AtomicUInt32(0)
    var nextAfterUnlock: Pointer?

    let mask: PollEvents
    let function: Function
    let settlement: Settlement?
    package let context: UnsafeMutableRawPointer

    /// A node whose memory its owner keeps: nothing happens when it leaves the queue.
    package init(mask: PollEvents = .all, context: UnsafeMutableRawPointer, function: @escaping Function) {
        unsafe self.init(mask: mask, context: context, function: function, settlement: nil)
    }

    init(mask: PollEvents, context: UnsafeMutableRawPointer, function: @escaping Function, settlement: Settlement?) {
        unsafe self.mask = mask
        unsafe self.context = unsafe context
        unsafe self.function = unsafe function
        unsafe self.settlement = unsafe settlement
    }
}
