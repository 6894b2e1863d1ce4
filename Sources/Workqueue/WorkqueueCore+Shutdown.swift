// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WorkqueueCore {
    /// Closes the queue: from now on only its own items get in, and the worker ends when all have run. False: it was closed before.
    ///
    /// Timers that have not fired are dropped, together with the references that the queue had to their items.
    func close() -> Bool {
        mutex.lock()
        if let set = injectsFor.first {
            misuse(
                "shutdown() of the queue \"\(name)\", which injects for IrqfdSet \(set): an interrupt would be lost; release() the set first"
            )
        }
        if phase != .open {
            mutex.unlock()
            return false
        }
        promoteExpiredTimers()
        phase = .closing
        Trace.note("close", self)
        mutex.unlock()
        while dropOneTimer() {}
        let mustWake = mutex.withLock { summonWorker() }
        if mustWake { wakeWorker() }
        return true
    }

    private func dropOneTimer() -> Bool {
        mutex.lock()
        guard let node = unsafe timers.first else {
            mutex.unlock()
            return false
        }
        unsafe timers.remove(node)
        unsafe node.pointee.place = .nowhere
        let owner = unsafe node.pointee.life == .ofObject ? node.pointee.context : nil
        unsafe node.pointee.pending.store(0)
        unsafe Trace.note("drop the timer of", node, self)
        mutex.unlock()
        // From here on the item may be queued elsewhere; the reference may be the last.
        unsafe WorkqueueCore.letGo(nil, node, owner)
        return true
    }

    /// Waits for the thread, which has been told to end.
    func join() { waitingForThisWorker { thread?.join() } }

    /// Nil: the worker has left already.
    func attachToEnd(_ barrier: FlushBarrier.Pointer) -> WorkqueueCore? {
        mutex.withLock {
            if phase == .ended { return nil }
            endBarriers = unsafe FlushBarrier.joined(barrier, endBarriers)
            return self
        }
    }
}
