// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    extension WaitQueueHead {
        /// Suspends until the condition holds; it is looked at first, and again after each wake of this queue.
        ///
        /// It runs where the caller runs, so an actor may give a condition on its own state. It goes on waiting when the
        /// task is cancelled: see ``waitInterruptibly(until:)``.
        ///
        /// The corresponding kernel macro is `wait_event`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        public nonisolated(nonsending) func wait(until condition: () -> Bool) async {
            await wait(until: condition, exclusive: false)
        }

        /// Suspends until the condition holds, as an exclusive waiter.
        ///
        /// The corresponding kernel macro is `wait_event_exclusive_cmd`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        public nonisolated(nonsending) func wait(until condition: () -> Bool, exclusive: Bool) async {
            while !condition() { await suspend(TaskWaiter(), at: exclusive ? .exclusive : .plain, unless: condition) }
        }

        /// Suspends until the condition holds, or the time is over.
        ///
        /// The corresponding kernel macro is `wait_event_timeout`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Returns: The condition: false means timed out and still false.
        public nonisolated(nonsending) func wait(until condition: () -> Bool, timeout: Duration) async -> Bool {
            await wait(until: condition, timeout: timeout, exclusive: false)
        }

        /// Suspends until the condition holds, or the time is over, as an exclusive waiter.
        ///
        /// The corresponding kernel macros are `wait_event_timeout` and `prepare_to_wait_exclusive`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Returns: The condition: false means timed out and still false.
        public nonisolated(nonsending) func wait(until condition: () -> Bool, timeout: Duration, exclusive: Bool) async -> Bool {
            let end = ContinuousClock.now.advanced(by: timeout)
            while !condition() {
                if ContinuousClock.now >= end { return condition() }
                let waiter = TaskWaiter()
                let timer = Task { [self] in
                    // Cancelled: the wait is over, and the waiter off the queue already.
                    try? await Task.sleep(until: end, clock: .continuous)
                    withLock { locked in _ = unsafe locked.remove(waiter.node) }
                }
                await suspend(waiter, at: exclusive ? .exclusive : .plain, unless: condition)
                timer.cancel()
            }
            return true
        }

        /// Suspends until the condition holds, or the task is cancelled.
        ///
        /// The corresponding kernel macro is `wait_event_interruptible`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``WaitQueueError/interrupted`` when the task is cancelled and the condition, looked at once more, does not hold.
        public nonisolated(nonsending) func waitInterruptibly(until condition: () -> Bool) async throws(WaitQueueError) {
            try await waitInterruptibly(isFileSleeper: false, condition)
        }

        /// As `waitInterruptibly(until:)`, for a reader or writer of an open file, which a close wakes.
        package nonisolated(nonsending) func waitInterruptiblyAsFileSleeper(until condition: () -> Bool) async throws(WaitQueueError) {
            try await waitInterruptibly(isFileSleeper: true, condition)
        }

        private nonisolated(nonsending) func waitInterruptibly(
            isFileSleeper: Bool, _ condition: () -> Bool
        ) async throws(WaitQueueError) {
            while !condition() {
                let waiter = TaskWaiter()
                unsafe waiter.node.pointee.isFileSleeper = isFileSleeper
                await withTaskCancellationHandler {
                    await suspend(waiter, at: .plain, unless: condition)
                } onCancel: {
                    withLock { locked in
                        waiter.isCancelled = true
                        _ = unsafe locked.remove(waiter.node)
                    }
                }
                // Off the queue before the last look: a wake that chose this waiter is not lost.
                if Task.isCancelled, !condition() { throw .interrupted }
            }
        }

        private nonisolated(nonsending) func suspend(_ waiter: TaskWaiter, at place: WaitQueueNode.Place, unless condition: () -> Bool) async {
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isQueued = withLock { _ in
                    if waiter.isCancelled { return false }
                    waiter.continuation = unsafe continuation
                    unsafe link(waiter.node, at: place)
                    // The queue's reference; the settlement of the node balances it.
                    _ = unsafe Unmanaged.passRetained(waiter)
                    return true
                }
                if !isQueued {
                    unsafe continuation.resume()
                } else if condition() {
                    // Whoever takes the node off the queue resumes the task: this thread, unless a waker was faster.
                    withLock { locked in _ = unsafe locked.remove(waiter.node) }
                }
            }
        }
    }

    /// A task that is suspended on a wait queue, for one suspension.
    @safe
    final class TaskWaiter: @unchecked Sendable {
        // @unchecked: the variables are guarded by the lock of the queue, the continuation by who takes the node off it.

        let node: WaitQueueNode.Pointer
        @safe @exclusivity(unchecked) var continuation: UnsafeContinuation<Void, Never>?
        @safe @exclusivity(unchecked) var isCancelled = false

        init() {
            unsafe node = .allocate(capacity: 1)
            // Unretained: the node lies in memory that this waiter owns.
            let context = unsafe Unmanaged.passUnretained(self).toOpaque()
            unsafe node.initialize(
                to: WaitQueueNode(
                    mask: .all,
                    context: context,
                    function: { node, _, locked in
                        unsafe locked.remove(node)
                        return .woken
                    },
                    settlement: { node, _ in
                        // Once: a waiter is queued once. Balances the retain when it was queued.
                        let waiter = unsafe Unmanaged<TaskWaiter>.fromOpaque(node.pointee.context).takeRetainedValue()
                        unsafe waiter.continuation?.resume()
                    }
                )
            )
        }

        deinit {
            unsafe node.deinitialize(count: 1)
            unsafe node.deallocate()
        }
    }
#endif
