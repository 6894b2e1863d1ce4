// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WorkqueueCore {
    /// Takes a pending item off its queue; it does not run. True: it was pending.
    ///
    /// The corresponding kernel functions are `cancel_work` and `cancel_delayed_work`.
    @discardableResult
    package static func cancel(_ node: WorkNode.Pointer) -> Bool {
        unsafe Trace.note("cancel", node)
        unsafe node.pointee.mutex.lock()
        let (wasPending, waiting) = unsafe takeBack(node)
        unsafe node.pointee.mutex.unlock()
        unsafe settle(node, wasPending, waiting)
        return wasPending
    }

    /// The same, and then waits for a run in progress. While it lasts, nobody can queue the item.
    ///
    /// The corresponding kernel function is `cancel_work_sync`.
    static func cancelAndWait(_ node: WorkNode.Pointer) -> Bool {
        unsafe Trace.note("cancel and wait for", node)
        let wasPending = unsafe beginCancelling(node)
        _ = unsafe FlushBarrier.wait("the end of a cancelled item's run") { barrier in unsafe attachToRun(of: node, barrier) }
        unsafe endCancelling(node)
        unsafe Trace.note("cancelled, and not running:", node)
        return wasPending
    }

    static func beginCancelling(_ node: WorkNode.Pointer) -> Bool {
        unsafe node.pointee.mutex.lock()
        unsafe node.pointee.cancelling = node.pointee.cancelling + 1
        let (wasPending, waiting) = unsafe takeBack(node)
        unsafe node.pointee.mutex.unlock()
        unsafe settle(node, wasPending, waiting)
        return wasPending
    }

    static func endCancelling(_ node: WorkNode.Pointer) {
        unsafe node.pointee.mutex.withLock { unsafe node.pointee.cancelling = node.pointee.cancelling - 1 }
    }

    /// Under the item's lock.
    private static func takeBack(_ node: WorkNode.Pointer) -> (wasPending: Bool, waiting: FlushBarrier.Pointer?) {
        guard let core = unsafe node.pointee.target?.takeUnretainedValue() else { return (false, nil) }
        core.lock()
        if unsafe node.pointee.place == .nowhere {
            core.unlock()
            return (false, nil)
        }
        let worker = unsafe core.takeRunBarrier(of: node)
        let waiting = unsafe core.withdraw(node)
        unsafe node.pointee.pending.store(0)
        unsafe Trace.note("take back", node, core)
        core.unlock()
        return unsafe (true, detached(worker, from: node, waiting))
    }

    /// On what the worker waits, if it waits for the run of this item on another queue. Under both locks, before the item is taken out.
    func takeRunBarrier(of node: WorkNode.Pointer) -> FlushBarrier.Pointer? {
        guard unsafe batchFirst == node else { return nil }
        defer { runBarrier = nil }
        return runBarrier
    }

    /// Adds the worker's barrier to those that are to be completed, unless the end of the run has completed it already. Under the item's lock.
    static func detached(
        _ worker: FlushBarrier.Pointer?,
        from node: WorkNode.Pointer,
        _ waiting: FlushBarrier.Pointer?
    ) -> FlushBarrier.Pointer? {
        guard let worker = unsafe worker, let other = unsafe node.pointee.elsewhere?.takeUnretainedValue() else { return unsafe waiting }
        return unsafe other.detach(worker) ? FlushBarrier.joined(worker, waiting) : waiting
    }

    /// Outside of all locks: the reference that the queue had may be the last but the caller's.
    private static func settle(_ node: WorkNode.Pointer, _ wasPending: Bool, _ waiting: FlushBarrier.Pointer?) {
        if !wasPending { return }
        unsafe letGo(waiting, node, node.pointee.life == .ofObject ? node.pointee.context : nil)
    }

    /// Foreign code, so not where a wait queue is locked: a wake function may cancel. (The closure is only made there.)
    ///
    /// `owner`: the object whose reference is dropped.
    static func letGo(_ waiting: FlushBarrier.Pointer?, _ node: WorkNode.Pointer, _ owner: UnsafeMutableRawPointer?) {
        if ExecutionContext.isAtomic { return PutOff.call { unsafe letGo(waiting, node, owner) } }
        unsafe FlushBarrier.complete(waiting)
        // Without a reference to drop, the node may be gone.
        if let owner = unsafe owner { unsafe releaseOwner(node, owner) }
    }

    /// Drops the queue's reference to the object that owns a node.
    static func releaseOwner(_ node: WorkNode.Pointer, _ owner: UnsafeMutableRawPointer) {
        unsafe Trace.dropReference(node)
        unsafe Unmanaged<AnyObject>.fromOpaque(owner).release()
    }

    /// Finds the run of an item that has been taken off its queue; nil: it does not run.
    static func attachToRun(of node: WorkNode.Pointer, _ barrier: FlushBarrier.Pointer) -> WorkqueueCore? {
        unsafe node.pointee.mutex.withLock {
            if let core = unsafe node.pointee.target?.takeUnretainedValue().attach(barrier, toRunOf: node) { return core }
            return unsafe node.pointee.elsewhere?.takeUnretainedValue().attach(barrier, toRunOf: node)
        }
    }
}
