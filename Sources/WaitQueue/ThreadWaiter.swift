// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A thread that sleeps on a wait queue: its node and its parker, on its own stack.
///
/// The waker unparks it under the queue's lock, and the sleeper takes that lock before it leaves: so the frame outlives the wake.
///
/// The corresponding kernel macro is `DEFINE_WAIT`.
@unsafe
struct ThreadWaiter: ~Copyable {
    var node: WaitQueueNode
    let parker = Parker()
    /// What the wake carried that took the node off the queue; guarded by the lock of the head.
    var wokenBy: PollEvents = []

    /// Runs a closure with a waiter in this thread's stack frame.
    ///
    /// `isFileSleeper`: the waiter reads or writes an open file, and a close wakes it.
    static func with<R>(isFileSleeper: Bool = false, _ body: (UnsafeMutablePointer<ThreadWaiter>) -> R) -> R {
        unsafe withUnsafeTemporaryAllocation(of: ThreadWaiter.self, capacity: 1) { frame in
            let waiter = frame.baseAddress!
            unsafe waiter.initialize(
                to: ThreadWaiter(
                    node: WaitQueueNode(
                        context: UnsafeMutableRawPointer(waiter),
                        function: { node, events, locked in
                            unsafe WaitQueueNode.function(node, events, locked) { node, events, locked in
                                // Off the queue first, so that one wake is never counted twice.
                                unsafe locked.remove(node)
                                let waiter = unsafe node.pointee.context.assumingMemoryBound(to: ThreadWaiter.self)
                                unsafe waiter.pointee.wokenBy = events
                                unsafe waiter.pointee.parker.unpark()
                                return .woken
                            }
                        }
                    )
                )
            )
            unsafe waiter.pointee.node.isFileSleeper = isFileSleeper
            unsafe waiter.pointee.node.isThread = true
            defer { unsafe waiter.deinitialize(count: 1) }
            return unsafe body(waiter)
        }
    }

    /// The address of the node of the waiter at `waiter`: its first field.
    static func node(of waiter: UnsafeMutablePointer<ThreadWaiter>) -> WaitQueueNode.Pointer {
        unsafe UnsafeMutableRawPointer(waiter).assumingMemoryBound(to: WaitQueueNode.self)
    }
}
