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
            while true {
                if condition() { return }
                if await suspend(TaskWaiter(), at: exclusive ? .exclusive : .plain, unless: condition) { return }
            }
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
            let deadline = Deadline(after: timeout)
            while true {
                if condition() { return true }
                if deadline.hasPassed { return false }
                let waiter = TaskWaiter()
                let timer = Task { [self] in
                    await WaitQueueHead.sleep(until: deadline)
                    // Not just off the queue: the waiter may not be on it yet.
                    cancel(waiter)
                }
                let holds = await suspend(waiter, at: exclusive ? .exclusive : .plain, unless: condition)
                timer.cancel()
                if holds { return true }
            }
        }

        /// Returns early when the task is cancelled: the wait is over then, and the waiter off the queue already.
        private static func sleep(until deadline: Deadline) async {
            while !Task.isCancelled {
                let now = Deadline.now
                if now >= deadline { return }
                // In pieces: the library's clock traps on times that are farther away than it can count.
                let nanoseconds = min(deadline.nanoseconds - now.nanoseconds, 1 << 50)
                try? await Task.sleep(for: .nanoseconds(Int64(nanoseconds)))
            }
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
            isFileSleeper: Bool,
            _ condition: () -> Bool
        ) async throws(WaitQueueError) {
            while true {
                if condition() { return }
                if Task.isCancelled { throw .interrupted }
                let waiter = TaskWaiter()
                unsafe waiter.node.pointee.isFileSleeper = isFileSleeper
                let holds = await withTaskCancellationHandler {
                    await suspend(waiter, at: .plain, unless: condition)
                } onCancel: {
                    // Who cancels may hold a wait queue's lock, or be inside a wake function of this very queue.
                    if ExecutionContext.isAtomic { Task.detached { self.cancel(waiter) } } else { cancel(waiter) }
                }
                // Otherwise the condition is looked at once more, off the queue: a wake that chose this waiter is not lost.
                if holds { return }
            }
        }

        /// It may come when the wait is over, and the context that owned this queue has ended.
        private func cancel(_ waiter: TaskWaiter) {
            var locked = lockEvenIfEnded()
            waiter.isCancelled = true
            _ = unsafe locked.remove(waiter.node)
            unlock(locked)
        }

        /// Returns whether the condition was seen to hold: then it is not asked again, because it may have taken what it found.
        private nonisolated(nonsending) func suspend(
            _ waiter: TaskWaiter,
            at place: WaitQueueNode.Place,
            unless condition: () -> Bool
        ) async -> Bool {
            var holds = false
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isQueued = withLock { _ in
                    if waiter.isCancelled { return false }
                    unsafe waiter.continuation = continuation
                    unsafe link(waiter.node, at: place)
                    // The queue's reference; the settlement of the node balances it.
                    _ = unsafe Unmanaged.passRetained(waiter)
                    return true
                }
                if !isQueued {
                    unsafe continuation.resume()
                } else if condition() {
                    holds = true
                    // Whoever takes the node off the queue resumes the task: this thread, unless a waker was faster.
                    withLock { locked in
                        // Woken or cancelled meanwhile; a wake was one too many then, and goes to the next one.
                        if unsafe !locked.remove(waiter.node), place == .exclusive { passTurn(waiter.wokenBy, &locked) }
                    }
                }
            }
            return holds
        }
    }

    /// A task that is suspended on a wait queue, for one suspension.
    @safe
    final class TaskWaiter: @unchecked Sendable {
        // @unchecked: the variables are guarded by the lock of the queue, the continuation by who takes the node off it.

        let node: WaitQueueNode.Pointer
        @safe @exclusivity(unchecked) var continuation: UnsafeContinuation<Void, Never>?
        @safe @exclusivity(unchecked) var isCancelled = false
        /// What the wake carried that took the node off the queue; nothing, if none did.
        @safe @exclusivity(unchecked) var wokenBy: PollEvents = []

        init() {
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
