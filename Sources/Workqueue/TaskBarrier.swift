// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    /// A task that waits for the worker to get past a certain point, and may stop waiting: for one suspension.
    ///
    /// Whoever takes its barrier off the list it stands in, under the queue's locks, lets it go, once they are gone: the worker that has got there, or
    /// who cuts the wait short. Only one of them finds it there, so the task is resumed once.
    @safe
    package final class TaskBarrier: @unchecked Sendable {
        // @unchecked: `state` says from when on `core` and `continuation` may be read, and they are written before; `isCutShort` is written by the one
        // who lets the task go, which reads it afterwards.

        /// Owned by this object, which is retained while the barrier is listed.
        private let barrier: FlushBarrier.Pointer
        private let state = AtomicUInt32(0)
        @safe @exclusivity(unchecked) private var continuation: UnsafeContinuation<Void, Never>?
        /// The queue in one of whose lists the barrier is, or was.
        @safe @exclusivity(unchecked) private var core: WorkqueueCore?
        @safe @exclusivity(unchecked) private var isCutShort = false

        private static var listed: UInt32 { 1 }
        private static var interrupted: UInt32 { 2 }
        private static var timedOut: UInt32 { 4 }
        /// The continuation is there.
        private static var suspended: UInt32 { 8 }
        private static var letGo: UInt32 { 16 }
        private static var reasons: UInt32 { interrupted | timedOut }

        package init() {
            unsafe barrier = .allocate(capacity: 1)
            unsafe barrier.initialize(to: FlushBarrier())
        }

        deinit {
            unsafe barrier.deinitialize(count: 1)
            unsafe barrier.deallocate()
        }

        /// Suspends the task until the barrier is let go that `attach` put somewhere, on the queue that it returns. `attach` is called once, if at all.
        ///
        /// Returns whether there was something to wait for. A task that is cancelled already throws at once; a deadline that has passed already is an
        /// error only where there is something to wait for.
        static nonisolated(nonsending) func suspend(
            until deadline: TaskDeadline?,
            attach: (FlushBarrier.Pointer) -> WorkqueueCore?
        ) async throws(WorkqueueError) -> Bool {
            if Task.isCancelled { throw .interrupted }
            let wait = TaskBarrier()
            // Here, and not in the closure below, which does not run where the caller runs: what an actor does next comes after this.
            if unsafe !wait.list(attach) { return false }
            let timer = deadline.flatMap { wait.start($0) }
            await withTaskCancellationHandler {
                await wait.suspend()
            } onCancel: {
                wait.interrupt()
            }
            timer?.cancel()
            try wait.checkResult()
            return true
        }

        /// False: there is nothing to wait for.
        private func list(_ attach: (FlushBarrier.Pointer) -> WorkqueueCore?) -> Bool {
            // The list's reference; who lets the barrier go balances it.
            let reference = unsafe Unmanaged.passRetained(self)
            unsafe barrier.pointee.task = unsafe reference
            guard let core = unsafe attach(barrier) else {
                unsafe reference.release()
                return false
            }
            self.core = core
            // Who cuts it short before this does not know the queue, and leaves it to us.
            if state.fetchOr(TaskBarrier.listed) & TaskBarrier.reasons != 0 { takeOut() }
            return true
        }

        /// Until it is let go; at once, if it is already.
        private nonisolated(nonsending) func suspend() async {
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                unsafe self.continuation = continuation
                if state.fetchOr(TaskBarrier.suspended) & TaskBarrier.letGo != 0 { unsafe continuation.resume() }
            }
        }

        /// By the one who has taken the barrier off its list. Returns what is to be resumed, if the task is suspended already.
        func end() -> UnsafeContinuation<Void, Never>? {
            let before = state.fetchOr(TaskBarrier.letGo)
            #if ScheduleExploration
                if before & TaskBarrier.letGo != 0 {
                    misuse("the barrier of a task was let go twice: it was found on its list after it had been taken off")
                }
            #endif
            return before & TaskBarrier.suspended != 0 ? continuation : nil
        }

        private func start(_ deadline: TaskDeadline) -> Task<Void, Never>? {
            if deadline.hasPassed() {
                cutShort(TaskBarrier.timedOut)
                return nil
            }
            // Weak: when the wait is over, nothing of it, and so no queue, is kept by a timer that has not seen yet that it is cancelled.
            return Task { [weak self] in
                if await deadline.sleep() { self?.cutShort(TaskBarrier.timedOut) }
            }
        }

        /// Ends the wait, now, or as soon as it begins; one that is over already stays as it is.
        package func interrupt() { cutShort(TaskBarrier.interrupted) }

        private func cutShort(_ reason: UInt32) {
            if state.fetchOr(reason) & (TaskBarrier.listed | TaskBarrier.reasons) == TaskBarrier.listed { takeOut() }
        }

        private func takeOut() {
            guard let core, unsafe core.takeOut(barrier) else { return }
            isCutShort = true
            letGo()
        }

        /// Outside of all locks, those of wait queues included: who cancels a task may be a wake function.
        private func letGo() {
            if ExecutionContext.isAtomic { return PutOff.call { [self] in letGo() } }
            unsafe FlushBarrier.complete(barrier)
        }

        private func checkResult() throws(WorkqueueError) {
            if !isCutShort { return }
            if state.load() & TaskBarrier.interrupted != 0 { throw .interrupted }
            throw .timedOut
        }
    }

    extension WorkqueueCore {
        /// Takes out a barrier that is somewhere on this queue, unless it has been taken off its list to be let go.
        fileprivate func takeOut(_ barrier: FlushBarrier.Pointer) -> Bool {
            withLock {
                if unsafe !barrier.pointee.isListed { return false }
                Trace.note("stop waiting on", self)
                unsafe barrier.pointee.isListed = false
                if unsafe currentBarriers == barrier {
                    currentBarriers = unsafe barrier.pointee.next
                } else if unsafe endBarriers == barrier {
                    endBarriers = unsafe barrier.pointee.next
                } else if unsafe barrier.pointee.previous == nil, let holder = unsafe barrier.pointee.holder {
                    // It has not begun, or its barriers were the queue's: so it is still there.
                    unsafe holder.pointee.barriers = unsafe barrier.pointee.next
                }
                unsafe FlushBarrier.unlink(barrier)
                return true
            }
        }
    }

    extension WorkqueueCore {
        /// How many threads and tasks wait on this queue, its own worker's wait for another queue left out. For tests.
        ///
        /// Complexity: O(*n*) in the number of items and of those who wait.
        package var waiters: Int {
            withLock {
                var count = unsafe FlushBarrier.count(currentBarriers) + FlushBarrier.count(endBarriers)
                unsafe count += waiters(behind: batchFirst) + waiters(behind: first)
                return count
            }
        }

        private func waiters(behind list: WorkNode.Pointer?) -> Int {
            var (count, next) = unsafe (0, list)
            while let node = unsafe next {
                unsafe count += FlushBarrier.count(node.pointee.barriers)
                unsafe next = unsafe node.pointee.next
            }
            return count
        }
    }

    #if ScheduleExploration
        // What a thread of a scenario calls in a task's stead: the same steps, but that it sleeps. False: it was interrupted.
        extension TaskBarrier {
            package func flush(_ queue: SingleThreadWorkqueue) -> Bool {
                unsafe sleep { barrier in unsafe queue.core.attachBehindAll(barrier) }
            }

            package func flush(_ work: Work) -> Bool {
                var rest: WorkqueueCore.Instance?
                return unsafe sleep { barrier in
                    unsafe WorkqueueCore.attach(barrier, to: work.node, only: nil, fromThread: false, rest: &rest)
                }
            }

            package func awaitRun(of work: Work) -> Bool {
                unsafe sleep { barrier in unsafe WorkqueueCore.attachToRun(of: work.node, barrier) }
            }

            package func shutDown(_ queue: SingleThreadWorkqueue) -> Bool {
                queue.core.retire()
                return unsafe sleep { barrier in unsafe queue.core.attachToEnd(barrier) }
            }

            private func sleep(_ attach: (FlushBarrier.Pointer) -> WorkqueueCore?) -> Bool {
                if unsafe list(attach) { unsafe FlushBarrier.park(barrier) }
                return !isCutShort
            }
        }
    #endif
#endif
