// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WorkqueueCore {
    // MARK: One item

    /// Waits until the instance of an item that is queued, or else the one that runs, is over. False: there was none.
    ///
    /// The corresponding kernel function is `flush_work`.
    @discardableResult
    package static func flush(_ node: WorkNode.Pointer) -> Bool {
        unsafe Trace.note("flush", node)
        if unsafe node.pointee.isSurelyIdle { return false }
        if ExecutionContext.mayExpectAnswer, unsafe waitAwhile(for: node) { return true }
        return unsafe flushSlowly(node)
    }

    /// Most items are over at once. To see that costs neither side a lock, and whoever waits so is awake when it happens.
    ///
    /// (An instance that is queued meanwhile is as if it had been queued before the call.)
    @inline(__always)
    private static func waitAwhile(for node: WorkNode.Pointer) -> Bool {
        if unsafe node.pointee.life == .untilItRuns { return false }
        return Spinning.spin(Spinning.pausesBeforeBarrier) { unsafe node.pointee.isSurelyIdle }
    }

    @inline(never)
    private static func flushSlowly(_ node: WorkNode.Pointer) -> Bool {
        unsafe Tracing.begin(.flushWork, node.traceNumber)
        defer { Tracing.end(.flushWork) }
        var hasWaited = false
        var rest: Instance?
        repeat {
            let instance = rest
            rest = nil
            if unsafe FlushBarrier.wait(
                "a work to be flushed",
                attach: { unsafe attach($0, to: node, only: instance, fromThread: true, rest: &rest) }
            ) {
                hasWaited = true
            }
        } while rest != nil
        unsafe Trace.note("flushed:", node)
        return hasWaited
    }

    /// Puts a barrier behind the item. `fromThread`: this thread will sleep on it, and must not be the one that is waited for.
    ///
    /// An item that is queued here and still runs elsewhere is waited for there first, because the instance that is queued may be
    /// cancelled, and then nobody waits for the run. Then the call is to be repeated for the `rest`, and for no later instance.
    static func attach(
        _ barrier: FlushBarrier.Pointer,
        to node: WorkNode.Pointer,
        only instance: Instance?,
        fromThread: Bool,
        rest: inout Instance?
    ) -> WorkqueueCore? {
        unsafe node.pointee.mutex.lock()
        defer { unsafe node.pointee.mutex.unlock() }
        guard let target = unsafe node.pointee.target?.takeUnretainedValue() else { return nil }
        let core = instance?.core ?? target
        if instance == nil, let other = unsafe core.elsewhere(of: node) {
            if fromThread, other.isOwnWorker, unsafe ExecutionContext.currentWork == UnsafeMutableRawPointer(node) {
                other.reportFlushOfItem()
            }
            if unsafe other.attach(barrier, toRunOf: node) != nil {
                rest = unsafe core.instance(of: node)
                return other
            }
        }
        core.lock()
        core.promoteExpiredTimers()
        // A timer of a flushed item is not waited for: the item is queued now, in the section in which the barrier is put behind it.
        let isQueued = unsafe core === target && (instance == nil || instance!.listing == node.pointee.listing)
        let mustWake = unsafe isQueued && core.listIfTimed(node)
        let isListed = unsafe isQueued && node.pointee.place == .listed
        let isBusy = unsafe isListed || (core.current == node && (instance == nil || instance!.listing == core.currentListing))
        if isBusy, fromThread, core.isOwnWorker { core.reportFlushOfItem() }
        if isListed {
            unsafe Trace.note("wait behind", node, core)
            unsafe barrier.pointee.holder = unsafe node
            unsafe node.pointee.barriers = unsafe FlushBarrier.joined(barrier, node.pointee.barriers)
        } else if isBusy {
            Trace.note("wait for the end of the run on", core)
            core.currentBarriers = unsafe FlushBarrier.joined(barrier, core.currentBarriers)
        }
        core.unlock()
        if mustWake { core.wakeWorker() }
        return isBusy ? core : nil
    }

    /// One listing of an item, which is waited for wherever it has got to meanwhile.
    struct Instance {
        let core: WorkqueueCore
        let listing: UInt64
    }

    /// Under the item's lock. Nil: it is not queued here, and does not run here.
    private func instance(of node: WorkNode.Pointer) -> Instance? {
        withLock {
            unsafe node.pointee.place == .nowhere && current != node ? nil : Instance(core: self, listing: node.pointee.listing)
        }
    }

    /// True: the worker must be unparked.
    private func listIfTimed(_ node: WorkNode.Pointer) -> Bool {
        if unsafe node.pointee.place != .timed { return false }
        unsafe timers.remove(node)
        unsafe append(node)
        return summonWorker()
    }

    /// Read under the locks of the item's queue, because its worker clears it there. Retained by the result.
    private func elsewhere(of node: WorkNode.Pointer) -> WorkqueueCore? {
        withLock { unsafe node.pointee.elsewhere?.takeUnretainedValue() }
    }

    private func reportFlushOfItem() -> Never {
        misuse(
            "flush() of a work that runs on, or is pending on, the queue \"\(name)\" was called from that queue's worker, which would wait for itself; "
                + "give the work a queue of its own, or enqueue what is to happen afterwards behind it"
        )
    }

    // MARK: The whole queue

    /// Puts a barrier behind everything that is queued or runs; nil: nothing is.
    func attachBehindAll(_ barrier: FlushBarrier.Pointer) -> WorkqueueCore? {
        withLock {
            promoteExpiredTimers()
            return unsafe attachBehindListed(barrier)
        }
    }

    /// Under both locks.
    private func attachBehindListed(_ barrier: FlushBarrier.Pointer) -> WorkqueueCore? {
        if let last = unsafe last ?? batchLast {
            unsafe Trace.note("wait behind", last, self)
            unsafe barrier.pointee.holder = unsafe last
            unsafe last.pointee.barriers = unsafe FlushBarrier.joined(barrier, last.pointee.barriers)
        } else if unsafe current != nil {
            Trace.note("wait for the end of the run on", self)
            currentBarriers = unsafe FlushBarrier.joined(barrier, currentBarriers)
        } else {
            return nil
        }
        return self
    }

    /// The corresponding kernel function is `flush_workqueue`.
    package func flush() {
        Trace.note("flush the queue", self)
        mutex.lock()
        promoteExpiredTimers()
        // The worker sleeps, or is about to, and says so in the section in which it found nothing; and nothing came since.
        if isIdle, unsafe first == nil {
            mutex.unlock()
            return Trace.note("flushed the queue", self)
        }
        flushBusy()
        Trace.note("flushed the queue", self)
    }

    /// Entered with `mutex` held, and left without.
    @inline(never)
    private func flushBusy() {
        Tracing.begin(.flushWorkqueue, 0, name: name)
        defer { Tracing.end(.flushWorkqueue) }
        batchMutex.lock()
        _ = unsafe FlushBarrier.wait("a queue to be flushed") { barrier in
            defer { unlock() }
            return unsafe attachBehindListed(barrier)
        }
    }

    /// The corresponding kernel function is `drain_workqueue`.
    func drain() {
        Trace.note("drain", self)
        beginDraining()
        while unsafe FlushBarrier.wait("a queue to be drained", attach: { unsafe attachBehindAll($0) }) {}
        endDraining()
        Trace.note("drained", self)
    }

    /// In one section with the look at the sets: what a set injects is never refused.
    func beginDraining() {
        mutex.withLock {
            if let set = injectsFor.first {
                misuse(
                    "drain() of the queue \"\(name)\", which injects for IrqfdSet \(set): an interrupt would be lost; release() the set first"
                )
            }
            drains += 1
        }
    }

    func endDraining() { mutex.withLock { drains -= 1 } }
}
