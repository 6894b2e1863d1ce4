// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A function that is called when a wait queue is woken.
///
/// Add it to a ``WaitQueueHead``, which keeps it alive until it is removed. One entry is on one queue at a time; once
/// removed, it may be added again, to any queue.
///
/// The corresponding kernel structure is `wait_queue_entry_t`.
@safe
public final class WaitQueueEntry: @unchecked Sendable {
    // @unchecked: the node's variables are guarded by the lock of the head on which it is queued; the rest never changes.

    /// The function of an entry: which entry, which events, and the locked queue that called it.
    ///
    /// It runs in the waker's thread, under the queue's lock. It must not sleep, must not call the head (only the view that
    /// it is given), and nothing of an eventfd; it may remove its own entry or others, add entries, wake the locked queue,
    /// and enqueue a work. A walk visits neither what was added while it runs nor what was removed.
    ///
    /// The corresponding kernel type is `wait_queue_func_t`.
    public typealias WakeFunction = @Sendable (WaitQueueEntry, PollEvents, inout WaitQueueHead.Locked) -> WakeResult

    /// In the object itself, and first in it: a walk gets from the node to the function without another load, and both lie side by side.
    ///
    /// It is never moved: it cannot be copied, contains atomics, and is used by its address alone. A queued entry is retained by
    /// its head, so the node is off every queue when the object goes.
    @safe @exclusivity(unchecked) private var storage: WaitQueueNode
    @usableFromInline let wake: WakeFunction

    /// Makes an entry with a function.
    ///
    /// The corresponding kernel function is `init_waitqueue_func_entry`.
    ///
    /// - Parameters:
    ///   - mask: The function is not called for a wake that carries none of these events.
    ///   - wake: See ``WakeFunction``.
    public init(mask: PollEvents = .all, _ wake: @escaping WakeFunction) {
        self.wake = wake
        storage = unsafe WaitQueueNode(entryWithMask: mask)
        let isFirst = unsafe withUnsafeMutablePointer(to: &storage) { unsafe $0 == node }
        if !isFirst { misuse("this Swift lays objects out in another way than WaitQueueEntry expects; report it to swift-irqfd") }
        WaitQueueDiagnostics.entries.add(1)
    }

    deinit { WaitQueueDiagnostics.entries.subtract(1) }

    // MARK: From the entry to its node, and back

    /// What lies before the first variable of an object.
    @inlinable static var headerSize: Int { 2 * MemoryLayout<Int>.size }

    @inline(__always)
    var node: WaitQueueNode.Pointer {
        unsafe (Unmanaged.passUnretained(self).toOpaque() + WaitQueueEntry.headerSize).assumingMemoryBound(to: WaitQueueNode.self)
    }

    /// The entry whose node this is. Unretained: the caller has the queue's reference, or the entry itself.
    @inlinable @inline(__always)
    static func of(_ node: WaitQueueNode.Pointer) -> Unmanaged<WaitQueueEntry> {
        unsafe Unmanaged.fromOpaque(UnsafeMutableRawPointer(node) - headerSize)
    }

    /// Calls the function of the entry whose node this is.
    @inlinable @inline(__always)
    static func call(_ node: WaitQueueNode.Pointer, _ events: PollEvents, _ locked: inout WaitQueueHead.Locked) -> WakeResult {
        unsafe of(node)._withUnsafeGuaranteedRef { $0.wake($0, events, &locked) }
    }
}
