// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    /// A task that waits on a wait queue: one for a wait, and queued anew for each suspension of it.
    ///
    /// While it is queued the queue has a reference to it. Whoever may end the wait early, a canceller or a timer, has one as well.
    @safe
    final class TaskWaiter: @unchecked Sendable {
        // @unchecked: the variables are guarded by the lock of the queue, the continuation by who takes the node off it.

        let node: WaitQueueNode.Pointer
        let place: WaitQueueNode.Place
        @safe @exclusivity(unchecked) var continuation: UnsafeContinuation<Void, Never>?
        /// Why the wait is over before its condition holds; from then on the waiter is not queued any more.
        @safe @exclusivity(unchecked) var ending: WaitQueueError?
        /// What the wake carried that took the node off the queue; nothing, if none did.
        @safe @exclusivity(unchecked) var wokenBy: PollEvents = []
        #if ScheduleExploration
            /// Of the thread that stands in for the task.
            let parker = Parker()
        #endif

        init(at place: WaitQueueNode.Place, isFileSleeper: Bool = false) {
            self.place = place
            unsafe node = .allocate(capacity: 1)
            // Unretained: the node lies in memory that this waiter owns.
            let context = unsafe Unmanaged.passUnretained(self).toOpaque()
            unsafe node.initialize(
                to: WaitQueueNode(
                    mask: .all,
                    context: context,
                    isEntry: false,
                    function: { node, events, locked in
                        unsafe WaitQueueNode.function(node, events, locked) { node, events, locked in
                            unsafe locked.remove(node)
                            // Unretained: who is woken is kept by the node's settlement, which comes after the lock.
                            unsafe Unmanaged<TaskWaiter>.fromOpaque(node.pointee.context)._withUnsafeGuaranteedRef { $0.wokenBy = events }
                            return .woken
                        }
                    },
                    settlement: { node, _ in
                        // Once: it is queued again by the task that is resumed here only. Balances the retain when it was queued.
                        unsafe Unmanaged<TaskWaiter>.fromOpaque(node.pointee.context).takeRetainedValue().resume()
                    }
                )
            )
            unsafe node.pointee.isFileSleeper = isFileSleeper
        }

        deinit {
            unsafe node.deinitialize(count: 1)
            unsafe node.deallocate()
        }

        /// Once for each suspension, without any lock. What comes after it in the task may queue the waiter again at once.
        func resume() {
            if let continuation { return unsafe continuation.resume() }
            #if ScheduleExploration
                parker.unpark()
            #endif
        }
    }
#endif
