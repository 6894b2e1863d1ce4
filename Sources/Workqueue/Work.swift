// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// An item of work: a function that a queue's worker calls, once for each time it is queued.
///
/// Queueing an item that is pending changes nothing. Queueing it while its function runs lets it run once more. At most
/// one instance runs anywhere. A queue keeps its items alive while they are pending or run, and lets go of them afterwards,
/// maybe as the last one, on its worker.
///
/// The corresponding kernel structure is `struct work_struct`.
@safe
public final class Work: @unchecked Sendable {
    // @unchecked: the node's variables are guarded by its own lock and the queue's; the rest never changes.

    /// Owned by this object: a pending item is retained by its queue, so the node is off every queue when it is freed.
    let node: WorkNode.Pointer
    private let function: @Sendable (Work) -> Void

    /// Makes an item with a function, which is called on a queue's worker, without any lock, and may queue the item again.
    ///
    /// The corresponding kernel macro is `INIT_WORK`.
    public convenience init(_ function: @escaping @Sendable (Work) -> Void) { self.init(label: .numbered(), function) }

    init(label: WorkLabel, _ function: @escaping @Sendable (Work) -> Void) {
        self.function = function
        unsafe node = .allocate(capacity: 1)
        unsafe node.initialize(
            to: WorkNode(
                // Unretained: the node lies in memory that this object owns; the queue retains it while it needs the node.
                context: Unmanaged.passUnretained(self).toOpaque(),
                life: .ofObject,
                label: label,
                function: { node in
                    let context = unsafe node.assumingMemoryBound(to: WorkNode.self).pointee.context
                    unsafe Unmanaged<Work>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.function($0) }
                }
            )
        )
        unsafe Trace.begin(node)
        WorkqueueDiagnostics.works.add(1)
    }

    deinit {
        unsafe WorkNode.end(node)
        if unsafe !Trace.keepsEnded(node) { unsafe node.deallocate() }
        WorkqueueDiagnostics.works.subtract(1)
    }

    /// Whether it is queued and has not begun to run.
    ///
    /// The corresponding kernel function is `work_pending`.
    ///
    /// - Important: Context: takes no lock; may be called anywhere.
    public var isPending: Bool { unsafe node.pointee.isPending }

    /// Waits until the instance that is queued, or else the one that runs, is over.
    ///
    /// An instance that is queued after the call is not waited for. Everything the function did is visible when this returns.
    ///
    /// The corresponding kernel function is `flush_work`.
    ///
    /// - Important: Context: blocks the calling thread. Misuse inside a wake function, and on the worker of the queue on which the item is pending
    ///   or runs: it would wait for itself. Hold no lock that the function takes.
    /// - Returns: Whether there was something to wait for.
    /// - Complexity: O(1), and the wait.
    @available(*, noasync, message: "blocks the thread; await the async flush() instead")
    @discardableResult
    public func flush() -> Bool {
        ExecutionContext.mightSleep("Work.flush()")
        return unsafe WorkqueueCore.flush(node)
    }

    /// Takes the item off its queue, so that it does not run; does not wait for a run in progress.
    ///
    /// The corresponding kernel function is `cancel_work`.
    ///
    /// - Important: Context: takes the item's and the queue's lock; does not sleep.
    /// - Returns: Whether it was pending.
    /// - Complexity: O(1)
    @discardableResult
    public func cancel() -> Bool { unsafe WorkqueueCore.cancel(node) }

    /// Takes the item off its queue and waits for a run in progress: on return it is neither pending nor running.
    ///
    /// While this lasts, every enqueue of the item is refused, also by its own function.
    ///
    /// The corresponding kernel function is `cancel_work_sync`.
    ///
    /// - Important: Context: blocks the calling thread. Misuse inside a wake function, and in the item's own function.
    /// - Returns: Whether it was pending.
    /// - Complexity: O(1), and the wait.
    @available(*, noasync, message: "blocks the thread; await the async cancelAndWait() instead")
    @discardableResult
    public func cancelAndWait() -> Bool {
        ExecutionContext.mightSleep("Work.cancelAndWait()")
        unsafe WorkqueueCore.checkNotOwnFunction(node, "cancelAndWait()")
        return unsafe WorkqueueCore.cancelAndWait(node)
    }

    #if !hasFeature(Embedded)
        /// Suspends until the instance that is queued, or else the one that runs, is over.
        ///
        /// When it throws, that instance runs all the same; only nobody has waited for it.
        ///
        /// The corresponding kernel function is `flush_work`.
        ///
        /// - Important: Context: suspends; blocks no thread. On the worker that it waits for it suspends, too, and is no misuse.
        /// - Returns: Whether there was something to wait for.
        /// - Throws: ``WorkqueueError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        /// - Complexity: O(1), and the wait.
        @discardableResult
        public nonisolated(nonsending) func flush() async throws(WorkqueueError) -> Bool {
            unsafe try await WorkqueueCore.flush(node, until: nil)
        }

        /// Suspends until the instance that is queued, or else the one that runs, is over, or the deadline has passed.
        ///
        /// When it throws, that instance runs all the same; only nobody has waited for it.
        ///
        /// The corresponding kernel function is `flush_work`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if there is something to wait for.
        ///   - clock: Whose time the deadline is.
        /// - Returns: Whether there was something to wait for.
        /// - Throws: ``WorkqueueError/timedOut`` when the deadline has passed; ``WorkqueueError/interrupted`` when the task is cancelled.
        /// - Complexity: O(1), and the wait.
        @discardableResult
        public nonisolated(nonsending) func flush<C: Clock>(
            until deadline: C.Instant,
            clock: C = .continuous
        ) async throws(WorkqueueError) -> Bool {
            unsafe try await WorkqueueCore.flush(node, until: TaskDeadline(deadline, clock))
        }

        /// Takes the item off its queue and suspends until a run in progress is over.
        ///
        /// While this lasts, every enqueue of the item is refused. When it throws, the item has been taken off its queue all the same; its function may
        /// still run, and from then on the item may be queued again.
        ///
        /// The corresponding kernel function is `cancel_work_sync`.
        ///
        /// - Important: Context: suspends; blocks no thread. Not in a task that the item's function waits for.
        /// - Returns: Whether it was pending.
        /// - Throws: ``WorkqueueError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        /// - Complexity: O(1), and the wait.
        @discardableResult
        public nonisolated(nonsending) func cancelAndWait() async throws(WorkqueueError) -> Bool {
            unsafe try await WorkqueueCore.cancelAndWait(node, until: nil)
        }

        /// Takes the item off its queue and suspends until a run in progress is over, or the deadline has passed.
        ///
        /// While this lasts, every enqueue of the item is refused. When it throws, the item has been taken off its queue all the same; its function may
        /// still run, and from then on the item may be queued again.
        ///
        /// The corresponding kernel function is `cancel_work_sync`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if the function runs.
        ///   - clock: Whose time the deadline is.
        /// - Returns: Whether it was pending.
        /// - Throws: ``WorkqueueError/timedOut`` when the deadline has passed; ``WorkqueueError/interrupted`` when the task is cancelled.
        /// - Complexity: O(1), and the wait.
        @discardableResult
        public nonisolated(nonsending) func cancelAndWait<C: Clock>(
            until deadline: C.Instant,
            clock: C = .continuous
        ) async throws(WorkqueueError) -> Bool {
            unsafe try await WorkqueueCore.cancelAndWait(node, until: TaskDeadline(deadline, clock))
        }
    #endif
}
