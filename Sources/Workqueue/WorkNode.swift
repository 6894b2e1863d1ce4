// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A work item: an intrusive node at a stable address, whose memory its owner keeps while it is pending.
///
/// The pending bit is the whole protocol: it is set when the node is listed, and the worker clears it before it calls the function.
/// From then on the worker does not touch the node: the function may free it.
///
/// The corresponding kernel structure is `struct work_struct` (and `delayed_work`).
@unsafe
package struct WorkNode: ~Copyable {
    package typealias Pointer = UnsafeMutablePointer<WorkNode>
    package typealias Function = (Pointer) -> Void

    /// Takes or drops the queue's reference to the object that owns the node.
    typealias Custody = (UnsafeMutableRawPointer) -> Void

    enum Place { case nowhere, listed, timed }

    /// Orders those who list, cancel and flush this item. Taken before a queue's lock, and given up before it by who lists
    /// the item: once the queue is unlocked, the item may run and be freed.
    let mutex = AdaptiveMutex(.workItem)
    /// 1: pending.
    let pending = AtomicUInt32(0)

    // Guarded by `mutex`; and unchanged while the node is listed, so that the worker may read them under its queue's lock.

    /// The queue on which the item was last queued. Retained, so that it can be locked at any time.
    var target: Unmanaged<WorkqueueCore>?
    /// Another queue, on which it may still run. Retained.
    var elsewhere: Unmanaged<WorkqueueCore>?
    /// How many calls of cancel-and-wait are under way: nothing is queued meanwhile.
    var cancelling: UInt32 = 0

    // Guarded by the lock of `target`.

    var place = Place.nowhere
    /// Which listing on `target` this is: a node that was freed and made anew at the same address has another.
    var listing: UInt64 = 0
    var next: Pointer?
    var previous: Pointer?
    /// Who waits until this item, and all before it, have run.
    var barriers: FlushBarrier.Pointer?
    var timer = unsafe TimerLinks()

    let function: Function
    package let context: UnsafeMutableRawPointer
    let retain: Custody?
    let release: Custody?

    /// An item whose owner keeps it until its function has been called, or it was cancelled or flushed.
    ///
    /// The corresponding kernel macro is `INIT_WORK`.
    package init(context: UnsafeMutableRawPointer, function: @escaping Function) {
        unsafe self.init(context: context, function: function, retain: nil, release: nil)
    }

    init(context: UnsafeMutableRawPointer, function: @escaping Function, retain: Custody?, release: Custody?) {
        unsafe self.context = unsafe context
        unsafe self.function = unsafe function
        unsafe self.retain = unsafe retain
        unsafe self.release = unsafe release
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
}
