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
            if condition() { return }
            // Nobody ends this one.
            _ = await wait(as: TaskWaiter(at: exclusive ? .exclusive : .plain), until: condition)
        }

        /// Suspends until the condition holds, or the time is over.
        ///
        /// The corresponding kernel macro is `wait_event_timeout`.
        ///
        /// - Important: Context: suspends; blocks no thread. The time runs on the monotonic clock.
        /// - Returns: The condition: false means timed out and still false.
        public nonisolated(nonsending) func wait(until condition: () -> Bool, timeout: Duration) async -> Bool {
            await wait(until: condition, timeout: timeout, exclusive: false)
        }

        /// Suspends until the condition holds, or the time is over, as an exclusive waiter.
        ///
        /// One whose time is over, and which was chosen by a wake all the same, passes its turn on to the next one.
        ///
        /// The corresponding kernel macros are `wait_event_timeout` and `prepare_to_wait_exclusive`.
        ///
        /// - Important: Context: suspends; blocks no thread. The time runs on the monotonic clock.
        /// - Returns: The condition: false means timed out and still false.
        public nonisolated(nonsending) func wait(until condition: () -> Bool, timeout: Duration, exclusive: Bool) async -> Bool {
            let deadline = Deadline(after: timeout)
            if condition() { return true }
            if deadline.hasPassed { return false }
            let waiter = TaskWaiter(at: exclusive ? .exclusive : .plain)
            let timer = endLater(waiter) { await TaskTimer.sleep(until: deadline) }
            defer { timer.cancel() }
            return await wait(as: waiter, until: condition) == nil
        }

        // MARK: Interruptibly

        /// Suspends until the condition holds, or the task is cancelled.
        ///
        /// The corresponding kernel macro is `wait_event_interruptible`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``WaitQueueError/interrupted`` when the task is cancelled and the condition, looked at once more, does not hold.
        public nonisolated(nonsending) func waitInterruptibly(until condition: () -> Bool) async throws(WaitQueueError) {
            try await waitInterruptibly(until: condition, exclusive: false)
        }

        /// Suspends until the condition holds, or the task is cancelled, as an exclusive waiter.
        ///
        /// One that is cancelled, and was chosen by a wake all the same, looks once more. Where the condition holds, the wait ends as if nobody
        /// had cancelled it; where it does not, the turn is passed on to the next one. So no wake is lost.
        ///
        /// The corresponding kernel macro is `wait_event_interruptible_exclusive`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``WaitQueueError/interrupted`` when the task is cancelled and the condition, looked at once more, does not hold.
        public nonisolated(nonsending) func waitInterruptibly(
            until condition: () -> Bool,
            exclusive: Bool
        ) async throws(WaitQueueError) {
            let place: WaitQueueNode.Place = exclusive ? .exclusive : .plain
            try await wait(at: place, until: condition, deadline: nil, clock: ContinuousClock())
        }

        /// Suspends until the condition holds, the deadline has come, or the task is cancelled.
        ///
        /// What has passed when the wait begins has come: the condition is looked at, and nothing suspends. An exclusive waiter that leaves
        /// early, and was chosen by a wake all the same, passes its turn on to the next one.
        ///
        /// The corresponding kernel macro is `wait_event_interruptible_hrtimeout`.
        ///
        /// - Important: Context: suspends; blocks no thread. A task of its own sleeps on the clock, and is cancelled when the wait is over.
        /// - Parameters:
        ///   - condition: Looked at first, after each wake of this queue, and once more when the deadline has come.
        ///   - exclusive: Whether the waiter uses up one of the turns of a wake.
        ///   - deadline: A moment on the clock.
        ///   - clock: Whose `sleep` ends when its task is cancelled. One whose `sleep` throws for another reason ends the wait as the deadline does.
        /// - Throws: ``WaitQueueError/interrupted`` when the task is cancelled, ``WaitQueueError/timedOut`` when the deadline has come, and the
        ///   condition, looked at once more, does not hold.
        public nonisolated(nonsending) func waitInterruptibly<C: Clock>(
            until condition: () -> Bool,
            exclusive: Bool = false,
            deadline: C.Instant,
            clock: C = ContinuousClock()
        ) async throws(WaitQueueError) {
            try await wait(at: exclusive ? .exclusive : .plain, until: condition, deadline: deadline, clock: clock)
        }

        /// As `waitInterruptibly`, for a reader or writer of an open file, which a close wakes.
        package nonisolated(nonsending) func waitInterruptiblyAsFileSleeper<C: Clock>(
            until condition: () -> Bool,
            deadline: C.Instant?,
            clock: C
        ) async throws(WaitQueueError) {
            try await wait(at: .plain, isFileSleeper: true, until: condition, deadline: deadline, clock: clock)
        }

        /// With an isolation by name, which the closure below takes over: one in a nonsending function would leave the caller's actor, and the
        /// condition with it.
        private func wait<C: Clock>(
            at place: WaitQueueNode.Place,
            isFileSleeper: Bool = false,
            until condition: () -> Bool,
            deadline: C.Instant?,
            clock: C,
            isolation: isolated (any Actor)? = #isolation
        ) async throws(WaitQueueError) {
            if condition() { return }
            if Task.isCancelled { throw .interrupted }
            if let deadline, clock.now >= deadline { throw .timedOut }
            let waiter = TaskWaiter(at: place, isFileSleeper: isFileSleeper)
            let timer = deadline.map { deadline in endLater(waiter) { await TaskTimer.sleep(until: deadline, on: clock) } }
            defer { timer?.cancel() }
            let error = await withTaskCancellationHandler {
                _ = isolation
                return await wait(as: waiter, until: condition)
            } onCancel: {
                // Who cancels may hold a wait queue's lock, or be inside a wake function of this very queue: then it is put off until they let go.
                PutOff.call { self.end(waiter, with: .interrupted) }
            }
            if let error { throw error }
        }

        // MARK: The wait itself

        /// Nil: the condition was seen to hold. Otherwise what has ended the wait, after one more look.
        private nonisolated(nonsending) func wait(as waiter: TaskWaiter, until condition: () -> Bool) async -> WaitQueueError? {
            while true {
                var holds = false
                unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                    unsafe waiter.continuation = continuation
                    holds = queue(waiter, unless: condition)
                }
                // Off the queue before this look: a wake that chose this waiter made the condition true before.
                if holds || condition() { return nil }
                if let error = ending(of: waiter) { return error }
            }
        }

        /// Ends the wait once `sleep` has returned, unless the timer is cancelled.
        private func endLater(_ waiter: TaskWaiter, after sleep: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
            // Weak: the wait keeps the queue. A timer that is cancelled has a moment yet to live, on a clock that does not listen long ones.
            Task.detached(priority: Task.currentPriority) { [weak self] in
                await sleep()
                if !Task.isCancelled { self?.end(waiter, with: .timedOut) }
            }
        }
    }
#endif
