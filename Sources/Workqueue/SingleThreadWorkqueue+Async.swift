// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    extension SingleThreadWorkqueue {
        /// Suspends until everything that was queued before the call has run.
        ///
        /// When it throws, all of that runs all the same; only nobody has waited for it.
        ///
        /// The corresponding kernel function is `flush_workqueue`.
        ///
        /// - Important: Context: suspends; blocks no thread. On this queue's own worker it suspends, too, and is no misuse.
        /// - Throws: ``WorkqueueError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        /// - Complexity: O(1), and the wait.
        public nonisolated(nonsending) func flush() async throws(WorkqueueError) { try await core.flush(until: nil) }

        /// Suspends until everything that was queued before the call has run, or the deadline has passed.
        ///
        /// When it throws, all of that runs all the same; only nobody has waited for it.
        ///
        /// The corresponding kernel function is `flush_workqueue`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if there is something to wait for.
        ///   - clock: Whose time the deadline is.
        /// - Throws: ``WorkqueueError/timedOut`` when the deadline has passed; ``WorkqueueError/interrupted`` when the task is cancelled.
        /// - Complexity: O(1), and the wait.
        public nonisolated(nonsending) func flush<C: Clock>(until deadline: C.Instant, clock: C = .continuous) async throws(WorkqueueError)
        {
            try await core.flush(until: TaskDeadline(deadline, clock))
        }

        /// Suspends until the queue is empty and idle; meanwhile only what its own items chain is accepted, and the jobs of its tasks.
        ///
        /// When it throws, the queue accepts again, and what is queued runs; it may never have been empty.
        ///
        /// The corresponding kernel function is `drain_workqueue`.
        ///
        /// - Important: Context: suspends; blocks no thread. Misuse for ``system``, and for a queue that injects for a live set.
        /// - Throws: ``WorkqueueError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        public nonisolated(nonsending) func drain() async throws(WorkqueueError) {
            refuseForSystem("drained")
            try await core.drain(until: nil)
        }

        /// Suspends until the queue is empty and idle, or the deadline has passed; meanwhile only what its own items chain is accepted, and the jobs of
        /// its tasks.
        ///
        /// When it throws, the queue accepts again, and what is queued runs; it may never have been empty.
        ///
        /// The corresponding kernel function is `drain_workqueue`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile. Misuse for ``system``, and for a queue that injects for
        ///   a live set.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if there is something to wait for.
        ///   - clock: Whose time the deadline is.
        /// - Throws: ``WorkqueueError/timedOut`` when the deadline has passed; ``WorkqueueError/interrupted`` when the task is cancelled.
        public nonisolated(nonsending) func drain<C: Clock>(until deadline: C.Instant, clock: C = .continuous) async throws(WorkqueueError)
        {
            refuseForSystem("drained")
            try await core.drain(until: TaskDeadline(deadline, clock))
        }

        /// Closes the queue, and suspends until everything queued has run and the worker has left.
        ///
        /// The queue is closed by the call, whatever follows: an enqueue is refused, and timers that have not fired are let go. When it throws, the
        /// queue ends by itself, without anybody who waits; another `shutdown()` waits for that end.
        ///
        /// The corresponding kernel function is `destroy_workqueue`.
        ///
        /// - Important: Context: suspends; blocks no thread. Misuse for ``system``, and for a queue that injects for a live set. Not in a task that runs
        ///   on this queue: its next job would come after the queue's end, which is misuse.
        /// - Throws: ``WorkqueueError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        public nonisolated(nonsending) func shutdown() async throws(WorkqueueError) {
            refuseForSystem("shut down")
            try await core.shutdown(until: nil)
        }

        /// Closes the queue, and suspends until everything queued has run and the worker has left, or the deadline has passed.
        ///
        /// The queue is closed by the call, whatever follows: an enqueue is refused, and timers that have not fired are let go. When it throws, the
        /// queue ends by itself, without anybody who waits; another `shutdown()` waits for that end.
        ///
        /// The corresponding kernel function is `destroy_workqueue`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile. Otherwise as without a deadline.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if the worker has not left.
        ///   - clock: Whose time the deadline is.
        /// - Throws: ``WorkqueueError/timedOut`` when the deadline has passed; ``WorkqueueError/interrupted`` when the task is cancelled.
        public nonisolated(nonsending) func shutdown<C: Clock>(
            until deadline: C.Instant,
            clock: C = .continuous
        ) async throws(WorkqueueError) {
            refuseForSystem("shut down")
            try await core.shutdown(until: TaskDeadline(deadline, clock))
        }
    }
#endif
