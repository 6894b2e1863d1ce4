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

    /// Owned by this entry, and freed in its deinit: a queued entry is retained by its head, so the node is off every queue then.
    let node: WaitQueueNode.Pointer
    private let wake: WakeFunction

    /// Makes an entry with a function.
    ///
    /// The corresponding kernel function is `init_waitqueue_func_entry`.
    ///
    /// - Parameters:
    ///   - mask: The function is not called for a wake that carries none of these events.
    ///   - wake: See ``WakeFunction``.
    public init(mask: PollEvents = .all, _ wake: @escaping WakeFunction) {
        self.wake = wake
        unsafe node = .allocate(capacity: 1)
        WaitQueueDiagnostics.entries.add(1)
        // Unretained: the node lies in memory that this entry owns, and is not called once the entry is gone.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe node.initialize(
            to: WaitQueueNode(
                mask: mask,
                context: context,
                function: { node, events, locked in
                    unsafe Unmanaged<WaitQueueEntry>.fromOpaque(node.pointee.context)._withUnsafeGuaranteedRef {
                        $0.wake($0, events, &locked)
                    }
                },
                settlement: { node, times in
                    // Balances the retain of each add.
                    let entry = unsafe Unmanaged<WaitQueueEntry>.fromOpaque(node.pointee.context)
                    for _ in 0..<times { unsafe entry.release() }
                }
            )
        )
        unsafe node.pointee.isEntry = true
    }

    deinit {
        unsafe node.deinitialize(count: 1)
        unsafe node.deallocate()
        WaitQueueDiagnostics.entries.subtract(1)
    }
}
