// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import KernelPrimitives

extension WorkqueueCore {
    /// Queues an item.
    ///
    /// It may be called with wait queue locks and an irqfds lock held: it allocates nothing, calls nobody and sleeps on nobody.
    ///
    /// The corresponding kernel function is `queue_work`.
    @inlinable @inline(__always)
    package func enqueue(_ node: WorkNode.Pointer) -> EnqueueResult {
        if unsafe node.pointee.isPendingStill {
            unsafe Trace.pending(node, self)
            return .alreadyPending
        }
        return unsafe list(node, at: nil)
    }

    /// The same, now or when the deadline has passed.
    ///
    /// The corresponding kernel function is `queue_delayed_work`.
    func enqueue(_ node: WorkNode.Pointer, at deadline: Deadline?) -> EnqueueResult {
        if unsafe node.pointee.isPendingStill {
            unsafe Trace.pending(node, self)
            return .alreadyPending
        }
        return unsafe list(node, at: deadline)
    }

    @usableFromInline
    func list(_ node: WorkNode.Pointer, at deadline: Deadline?) -> EnqueueResult {
        // The bit is set under the item's lock, together with the listing: who finds it set, and then flushes, finds the item.
        unsafe node.pointee.mutex.lock()
        if unsafe node.pointee.isPendingStill {
            unsafe Trace.note("queue, but it is pending:", node, self)
            unsafe node.pointee.mutex.unlock()
            return .alreadyPending
        }
        if unsafe node.pointee.cancelling != 0 {
            unsafe Trace.note("queue, but it is being cancelled:", node, self)
            unsafe node.pointee.mutex.unlock()
            return .refused
        }
        let stillRuns = unsafe runsElsewhere(node)
        // The object may be far from this processor: the queue's lock is not held meanwhile.
        unsafe node.pointee.retainOwner()
        mutex.lock()
        if !accepts(deadline) {
            unsafe Trace.note("queue, but it is refused:", node, self)
            mutex.unlock()
            unsafe node.pointee.mutex.unlock()
            // Not the last one: the caller has another.
            unsafe node.pointee.releaseOwner()
            return .refused
        }
        // Not before: a queue that refuses an item is not the one on which it was last.
        let old = unsafe retarget(node, stillRuns: stillRuns)
        unsafe markAndPlace(node, at: deadline)
        let mustWake = summonWorker()
        // Before the queue's lock: once that is gone, the item may run and be freed.
        unsafe node.pointee.mutex.unlock()
        mutex.unlock()
        if mustWake { wakeWorker() }
        unsafe old?.release()
        return .queued
    }

    /// Under `mutex`, and the item's lock, if anybody else knows the item.
    func markAndPlace(_ node: WorkNode.Pointer, at deadline: Deadline?) {
        // It was found clear under the item's lock, without which nobody sets it.
        unsafe node.pointee.pending.store(1)
        listings += 1
        unsafe node.pointee.listing = listings
        promoteExpiredTimers()
        unsafe place(node, at: deadline)
    }

    private func place(_ node: WorkNode.Pointer, at deadline: Deadline?) {
        if let deadline {
            unsafe Tracing.instant(.timerStart, node.traceNumber, deadline.nanoseconds, name: name)
            unsafe timers.insert(node, at: deadline)
            unsafe node.pointee.place = .timed
            unsafe Trace.note("start the timer of", node, self)
        } else {
            unsafe append(node)
            unsafe Trace.note("queue", node, self)
        }
    }

    /// Being drained or shut down, a queue takes only what its own items chain; shut down, no more timers either: nobody awaits them.
    func accepts(_ deadline: Deadline?) -> Bool {
        if phase == .open, drains == 0 { return true }
        return isOwnWorker && (deadline == nil || phase == .open)
    }

    /// Whether the item runs on the queue on which it was last, and that is another one. Under the item's lock.
    private func runsElsewhere(_ node: WorkNode.Pointer) -> Bool {
        guard let last = unsafe node.pointee.target?.takeUnretainedValue(), last !== self else { return false }
        return last.withLock { unsafe last.current == node }
    }

    /// Makes this queue the item's, under both locks. Returns a queue to let go of, outside of them.
    private func retarget(_ node: WorkNode.Pointer, stillRuns: Bool) -> Unmanaged<WorkqueueCore>? {
        let here = unsafe Unmanaged.passUnretained(self)
        guard let target = unsafe node.pointee.target else {
            unsafe node.pointee.target = unsafe here.retain()
            return nil
        }
        if unsafe target.toOpaque() == here.toOpaque() { return nil }
        unsafe node.pointee.target = unsafe here.retain()
        if !stillRuns { return unsafe target }
        let forgotten = unsafe node.pointee.elsewhere
        unsafe node.pointee.elsewhere = unsafe target
        return unsafe forgotten
    }

    /// Changes the delay of an item: of a pending one the time, an idle one is queued where it was last. True: it was pending.
    ///
    /// The corresponding kernel function is `mod_delayed_work`.
    static func reschedule(_ node: WorkNode.Pointer, at deadline: Deadline?) -> Bool {
        unsafe node.pointee.mutex.lock()
        guard let target = unsafe node.pointee.target else {
            misuse("reschedule(after:) of a DelayedWork that was never enqueued; enqueue it on a queue first")
        }
        if unsafe node.pointee.cancelling != 0 {
            unsafe node.pointee.mutex.unlock()
            return false
        }
        let core = unsafe target.takeUnretainedValue()
        core.lock()
        core.promoteExpiredTimers()
        let wasPending = unsafe node.pointee.place != .nowhere
        var waiting: FlushBarrier.Pointer?
        var worker: FlushBarrier.Pointer?
        var mustWake = false
        var isLetGo = false
        if wasPending {
            unsafe worker = unsafe core.takeRunBarrier(of: node)
            unsafe waiting = unsafe core.withdraw(node)
            if deadline != nil, core.phase != .open {
                // A queue that ends awaits no timer: the item is let go, like those whose timers ran when the end began.
                unsafe node.pointee.pending.store(0)
                isLetGo = true
                unsafe Trace.note("let go of", node, core)
            } else {
                unsafe core.place(node, at: deadline)
                mustWake = core.summonWorker()
            }
        } else if core.accepts(deadline) {
            unsafe node.pointee.retainOwner()
            unsafe core.markAndPlace(node, at: deadline)
            mustWake = core.summonWorker()
        }
        let (context, life) = unsafe (node.pointee.context, node.pointee.life)
        if unsafe worker != nil {
            // (Not with both locks: the other queue's is of the same kind. The item is kept by the caller meanwhile.)
            core.unlock()
            unsafe waiting = unsafe detached(worker, from: node, waiting)
            unsafe node.pointee.mutex.unlock()
        } else {
            unsafe node.pointee.mutex.unlock()
            core.unlock()
        }
        if mustWake { core.wakeWorker() }
        unsafe letGo(waiting, node, isLetGo && life == .ofObject ? context : nil)
        return wasPending
    }
}
