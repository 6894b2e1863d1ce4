// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    // Jobs are items among the others. What that means is said on the queue's own page.
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
        @_implements(TaskExecutor,enqueue(_:))
        public func enqueueJobOfTask(_ job: consuming ExecutorJob) {
            // Under a name of its own: the runtime must be told of whom a job is. A task's that it takes for an actor's is queued twice.
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
