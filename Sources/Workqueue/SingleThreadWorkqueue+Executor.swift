// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    /// A queue runs the jobs of actors and tasks, as items among the others: works and jobs run in the order in which they were queued.
    ///
    /// An actor lives on a queue that it names as its executor, and that it must hold itself: what it hands out here is not retained.
    ///
    /// ```swift
    /// actor Device {
    ///     private let queue = SingleThreadWorkqueue(name: "device")
    ///     nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
    /// }
    /// ```
    ///
    /// A task runs on it with `withTaskExecutorPreference(_:)`. `flush()` waits for jobs as for works, `drain()` and `shutdown()` run them.
    ///
    /// A job is never refused, because its task would hang: while a queue is being drained or shut down, it takes what comes, as long as its worker has
    /// something to run. A job that comes after the queue's end is misuse: end the actors and tasks that live on a queue before it, and shut it
    /// down from elsewhere.
    ///
    /// The kernel has nothing that corresponds to an executor.
    extension SingleThreadWorkqueue: SerialExecutor, TaskExecutor {
        /// Queues the job of an actor behind all other items. The runtime calls it.
        ///
        /// The corresponding kernel function is `queue_work`.
        ///
        /// - Important: Context: allocates the item; takes the queue's lock; does not sleep. Misuse when the queue has ended.
        /// - Complexity: O(1)
        public func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            unsafe enqueue(JobItem.make(job, of: .actor, on: self))
        }

        /// Queues the job of a task that prefers this queue behind all other items. The runtime calls it.
        ///
        /// The corresponding kernel function is `queue_work`.
        ///
        /// - Important: Context: as for the job of an actor.
        /// - Complexity: O(1)
        // Under a name of its own: the runtime must be told of whom a job is. If it took a task's for an actor's, each would be queued twice.
        @_implements(TaskExecutor,enqueue(_:))
        public func enqueueJobOfTask(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            unsafe enqueue(JobItem.make(job, of: .task, on: self))
        }

        private func enqueue(_ item: WorkNode.Pointer) {
            if unsafe core.enqueueJob(item) { return }
            misuse(
                "a job of an actor or a task came to the queue \"\(name)\" after its end, and would never run; end the actors and tasks that live on a queue, "
                    + "and then shutdown() the queue, from elsewhere"
            )
        }

        /// Stops a program that says it runs on this queue, and does not. The runtime calls it, for `assumeIsolated` and `preconditionIsolated`.
        ///
        /// There is no corresponding kernel function; `current_work` comes near.
        ///
        /// - Important: Context: takes no lock; may be called anywhere.
        public func checkIsolated() {
            if core.isOwnWorker { return }
            misuse(
                "what is isolated to an actor on the queue \"\(name)\" was called from another thread; await the actor's method, or enqueue a work on the queue"
            )
        }

        /// Whether the calling thread is this queue's worker: in a job, and in the function of a work, too.
        ///
        /// There is no corresponding kernel function; `current_work` comes near.
        ///
        /// - Important: Context: takes no lock; may be called anywhere.
        public func isIsolatingCurrentContext() -> Bool? { core.isOwnWorker }
    }
#endif
