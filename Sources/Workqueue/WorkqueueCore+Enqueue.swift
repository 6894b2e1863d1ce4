// swift-irqfd: SPDX-License-Identifier: Apache-2.0

package import KernelPrimitives

extension WorkqueueCore {
    /// Queues an item, now or when the deadline has passed.
    ///
    /// It may be called with wait queue locks and an irqfds lock held: it allocates nothing, calls nobody and sleeps on nobody.
    ///
    /// The corresponding kernel functions are `queue_work` and `queue_delayed_work`.
    package func enqueue(_ node: WorkNode.Pointer, at deadline: Deadline? = nil) -> EnqueueResult {
        // Pending already: a read-modify-write all the same. The run that is to come must see what this thread stored before.
        if unsafe node.pointee.pending.load() == 1, unsafe node.pointee.pending.compareExchange(1, with: 1) {
            unsafe Trace.note("queue, but it is pending:", node, self)
            return .alreadyPending
        }
        // The bit is set under the item's lock, together with the listing: who finds it set, and then flushes, finds the item.
        unsafe node.pointee.mutex.lock()
        if unsafe node.pointee.pending.compareExchange(1, with: 1) {
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
        mutex.lock()
        if !accepts(deadline) {
            unsafe Trace.note("queue, but it is refused:", node, self)
            mutex.unlock()
            unsafe node.pointee.mutex.unlock()
            return .refused
        }
        // Not before: a queue that refuses an item is not the one on which it was last.
        let old = unsafe retarget(node, stillRuns: stillRuns)
        unsafe list(node, at: deadline)
        let mustWake = takeIdle()
        // Before the queue's lock: once that is gone, the item may run and be freed.
        unsafe node.pointee.mutex.unlock()
        mutex.unlock()
        if mustWake { parker.unpark() }
        unsafe old?.release()
        return .queued
    }

    /// Under both locks.
    private func list(_ node: WorkNode.Pointer, at deadline: Deadline?) {
        _ = unsafe node.pointee.pending.exchange(1)
        listings += 1
        unsafe node.pointee.listing = listings
        unsafe node.pointee.retain?(node.pointee.context)
        promoteExpiredTimers()
        unsafe place(node, at: deadline)
    }

    private func place(_ node: WorkNode.Pointer, at deadline: Deadline?) {
        if let deadline {
            unsafe timers.insert(node, at: deadline)
            unsafe node.pointee.place = .timed
            unsafe Trace.note("start the timer of", node, self)
        } else {
            unsafe append(node)
            unsafe Trace.note("queue", node, self)
        }
    }

    /// Being drained or shut down, a queue takes only what its own items chain; shut down, no more timers either: nobody awaits them.
    private func accepts(_ deadline: Deadline?) -> Bool {
        if phase == .open, drains == 0 { return true }
        return isOwnWorker && (deadline == nil || phase == .open)
    }

    /// Whether the item runs on the queue on which it was last, and that is another one. Under the item's lock.
    private func runsElsewhere(_ node: WorkNode.Pointer) -> Bool {
        guard let last = unsafe node.pointee.target?.takeUnretainedValue(), last !== self else { return false }
        return last.mutex.withLock { unsafe last.current == node }
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
        core.mutex.lock()
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
                mustWake = core.takeIdle()
            }
        } else if core.accepts(deadline) {
            unsafe core.list(node, at: deadline)
            mustWake = core.takeIdle()
        }
        let (context, release) = unsafe (node.pointee.context, node.pointee.release)
        if unsafe worker != nil {
            // (Not with both locks: the other queue's is of the same kind. The item is kept by the caller meanwhile.)
            core.mutex.unlock()
            unsafe waiting = unsafe detached(worker, from: node, waiting)
            unsafe node.pointee.mutex.unlock()
        } else {
            unsafe node.pointee.mutex.unlock()
            core.mutex.unlock()
        }
        if mustWake { core.parker.unpark() }
        unsafe letGo(waiting, node, context, isLetGo ? release : nil)
        return wasPending
    }
}
