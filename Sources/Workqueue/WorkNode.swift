// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import KernelPrimitives

/// A work item: an intrusive node at a stable address, whose memory its owner keeps while it is pending.
///
/// The pending bit is the whole protocol: it is set when the node is listed, and the worker clears it before it calls the function.
/// From then on the worker does not touch the node: the function may free it.
///
/// The corresponding kernel structure is `struct work_struct` (and `delayed_work`).
@unsafe
@usableFromInline
package struct WorkNode: ~Copyable {
    @usableFromInline package typealias Pointer = UnsafeMutablePointer<WorkNode>

    /// Called with the node. A plain function pointer, of which nothing is retained for a call.
    package typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Void

    /// How long the memory of a node is there.
    package enum Life {
        /// Until its function is called, which may free it.
        case untilItRuns
        /// Until it has been flushed or cancelled: the owner frees it afterwards.
        case untilFlushed
        /// `context` is an object that owns it, to which a queue has a reference while the item is pending or runs.
        case ofObject
    }

    enum Place { case nowhere, listed, timed }

    // What the worker reads lies side by side.

    // Guarded by the locks of `target`: by that of the queue while it comes in, by that of the batch afterwards.

    var next: Pointer?
    /// Which listing on `target` this is: a node that was freed and made anew at the same address has another.
    var listing: UInt64 = 0

    /// 1: pending.
    @usableFromInline let pending = AtomicUInt32(0)
    /// 1: its function runs. Only of nodes that are still there then; a look without a lock tells that such an item is idle.
    let running = AtomicUInt32(0)

    // Guarded as `next` is.

    var place = Place.nowhere
    let life: Life
    /// What it is called in reports.
    let label: WorkLabel
    /// Who waits until this item, and all before it, have run.
    var barriers: FlushBarrier.Pointer?

    let function: Function
    package let context: UnsafeMutableRawPointer

    // Guarded by `mutex`; and unchanged while the node is listed, so that the worker may read it under its queue's locks.

    /// Another queue, on which it may still run. Retained.
    var elsewhere: Unmanaged<WorkqueueCore>?

    // The rest is for those who list, cancel and flush.

    var previous: Pointer?

    /// Orders those who list, cancel and flush this item. Taken before a queue's locks, and given up before them by who lists
    /// the item: once the queue is unlocked, the item may run and be freed.
    let mutex = AdaptiveMutex(.workItem)
    /// The queue on which the item was last queued. Retained, so that it can be locked at any time. Guarded by `mutex`.
    var target: Unmanaged<WorkqueueCore>?
    /// How many calls of cancel-and-wait are under way: nothing is queued meanwhile. Guarded by `mutex`.
    var cancelling: UInt32 = 0
    var timer = unsafe TimerLinks()

    /// An item whose owner keeps it as long as `life` says.
    ///
    /// The corresponding kernel macro is `INIT_WORK`.
    package init(context: UnsafeMutableRawPointer, life: Life = .untilItRuns, label: WorkLabel = .anonymous, function: Function) {
        unsafe self.context = unsafe context
        unsafe self.life = life
        unsafe self.label = label
        unsafe self.function = unsafe function
    }

    /// Takes the queue's reference to the object that owns the node.
    func retainOwner() {
        if unsafe life == .ofObject { _ = unsafe Unmanaged<AnyObject>.fromOpaque(context).retain() }
    }

    /// Drops a reference that is not the last one.
    func releaseOwner() {
        if unsafe life == .ofObject { unsafe Unmanaged<AnyObject>.fromOpaque(context).release() }
    }

    /// Ends an item that is neither pending nor, elsewhere than here, running. Its memory is the caller's again.
    ///
    /// Not a deinit: Embedded Swift has none for non-copyable types of other modules.
    package static func end(_ node: Pointer) {
        unsafe node.pointee.target?.release()
        unsafe node.pointee.elsewhere?.release()
        unsafe node.deinitialize(count: 1)
    }

    package var isPending: Bool { unsafe pending.load() != 0 }

    /// The item is neither pending nor running: whoever flushes it has nothing to wait for. False: ask with the locks.
    ///
    /// In this order: the worker sets the one before it clears the other. Whoever finds both clear sees all that the function did.
    var isSurelyIdle: Bool { unsafe life != .untilItRuns && pending.load() == 0 && running.load() == 0 }

    /// Pending already: a read-modify-write all the same. The run that is to come must see what this thread stored before.
    @inlinable @inline(__always)
    package var isPendingStill: Bool { unsafe pending.load() == 1 && pending.compareExchange(1, with: 1) }
}

extension UnsafeMutablePointer where Pointee == WorkNode {
    /// How traces call the item.
    var traceNumber: UInt64 { UInt64(UInt(bitPattern: self)) }
}
