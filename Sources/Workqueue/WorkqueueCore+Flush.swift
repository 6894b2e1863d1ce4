// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WorkqueueCore {
    // MARK: One item

    /// Waits until the instance of an item that is queued, or else the one that runs, is over. False: there was none.
    ///
    /// The corresponding kernel function is `flush_work`.
    @discardableResult
    package static func flush(_ node: WorkNode.Pointer) -> Bool {
        // A run elsewhere first: the instance that waits for its end may be cancelled, and then nobody waits for it there.
        let hasRunElsewhere =
            unsafe mayRunElsewhere(node)
            && FlushBarrier.wait("a work's run on another queue") { barrier in unsafe attachElsewhere(barrier, to: node, fromThread: true) }
        return unsafe FlushBarrier.wait("a work to be flushed") { barrier in unsafe attach(barrier, to: node, fromThread: true) }
            || hasRunElsewhere
    }

    static func mayRunElsewhere(_ node: WorkNode.Pointer) -> Bool {
        unsafe node.pointee.mutex.withLock { unsafe node.pointee.elsewhere != nil }
    }

    static func attachElsewhere(_ barrier: FlushBarrier.Pointer, to node: WorkNode.Pointer, fromThread: Bool) -> WorkqueueCore? {
        unsafe node.pointee.mutex.withLock {
            guard let core = unsafe node.pointee.elsewhere?.takeUnretainedValue() else { return nil }
            if fromThread, core.isOwnWorker, unsafe ExecutionContext.currentWork == UnsafeMutableRawPointer(node) {
                core.reportFlushOfItem()
            }
            return unsafe core.attach(barrier, toRunOf: node)
        }
    }

    /// Puts a barrier behind the item. `fromThread`: this thread will sleep on it, and must not be the one that is waited for.
    static func attach(_ barrier: FlushBarrier.Pointer, to node: WorkNode.Pointer, fromThread: Bool) -> WorkqueueCore? {
        unsafe node.pointee.mutex.lock()
        defer { unsafe node.pointee.mutex.unlock() }
        guard let core = unsafe node.pointee.target?.takeUnretainedValue() else { return nil }
        core.mutex.lock()
        core.promoteExpiredTimers()
        // A timer of a flushed item is not waited for: the item is queued now.
        var mustWake = false
        if unsafe node.pointee.place == .timed {
            unsafe core.timers.remove(node)
            unsafe core.append(node)
            mustWake = core.takeIdle()
        }
        let isListed = unsafe node.pointee.place == .listed
        if unsafe isListed || core.current == node {
            if fromThread, core.isOwnWorker { core.reportFlushOfItem() }
            if isListed {
                unsafe node.pointee.barriers = unsafe FlushBarrier.joined(barrier, node.pointee.barriers)
            } else {
                core.currentBarriers = unsafe FlushBarrier.joined(barrier, core.currentBarriers)
            }
            core.mutex.unlock()
            if mustWake { core.parker.unpark() }
            return core
        }
        core.mutex.unlock()
        return unsafe node.pointee.elsewhere?.takeUnretainedValue().attach(barrier, toRunOf: node)
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
        mutex.withLock {
            promoteExpiredTimers()
            if let last {
                unsafe last.pointee.barriers = unsafe FlushBarrier.joined(barrier, last.pointee.barriers)
            } else if unsafe current != nil {
                currentBarriers = unsafe FlushBarrier.joined(barrier, currentBarriers)
            } else {
                return nil
            }
            return self
        }
    }

    /// The corresponding kernel function is `flush_workqueue`.
    package func flush() {
        _ = unsafe FlushBarrier.wait("a queue to be flushed") { barrier in unsafe attachBehindAll(barrier) }
    }

    /// The corresponding kernel function is `drain_workqueue`.
    func drain() {
        mutex.withLock { drains += 1 }
        while unsafe FlushBarrier.wait("a queue to be drained", attach: { barrier in unsafe attachBehindAll(barrier) }) {}
        mutex.withLock { drains -= 1 }
    }
}
