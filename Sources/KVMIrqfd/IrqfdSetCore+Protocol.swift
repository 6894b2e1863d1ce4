// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives
internal import WaitQueue
internal import Workqueue

extension IrqfdSetCore {
    /// Assigns a context to an interrupt. The caller holds the file: no hang-up can come in the middle.
    ///
    /// The corresponding kernel function is `kvm_irqfd`.
    func assign(_ context: EventFDContext, gsi: GSI) throws(IrqfdError) {
        Tracing.begin(.irqfdAssign, serial, UInt64(gsi.rawValue))
        defer { Tracing.end(.irqfdAssign) }
        try beginAssign()
        context.get()
        let irqfd = unsafe Irqfd.make(set: self, eventFD: context, gsi: gsi)
        do throws(IrqfdError) { unsafe try reserveContext(of: irqfd) } catch {
            unsafe Irqfd.discard(irqfd)
            endRefusedAssign()
            throw error
        }
        // Without irqfds.lock: the wait queue's is the outer one. From here on nothing can fail but for a release.
        let events = unsafe context.hook(irqfd.pointee.wait)
        let isAssigned = mutex.withLock {
            if isReleased {
                // Only shutdown frees: it unhooks, flushes the inject that a signal may have queued since, and puts.
                unsafe cancelReservation(irqfd)
                unsafe queueShutdown(irqfd)
            } else {
                // Active, and in the same section an event that was there before us: a deassign meanwhile would free the irqfd.
                unsafe list(irqfd)
                if events.contains(.input) { unsafe queueInject(irqfd) }
            }
            assignsInProgress -= 1
            return !isReleased
        }
        if !isAssigned {
            assignsDone.wakeAll()
            throw .released
        }
    }

    /// From here on a release waits for this assign: not even an irqfd that is to be discarded outlives the release of its set.
    private func beginAssign() throws(IrqfdError) {
        let isMissing = try mutex.withLock { () throws(IrqfdError) -> Bool in
            if isReleased { throw .released }
            assignsInProgress += 1
            return cleanupQueue == nil
        }
        if isMissing { provideCleanupQueue() }
    }

    private func reserveContext(of irqfd: Irqfd.Pointer) throws(IrqfdError) {
        try mutex.withLock { () throws(IrqfdError) in
            if isReleased { throw .released }
            if unsafe !reserve(irqfd) { throw .resourceBusy }
        }
    }

    private func endRefusedAssign() {
        let isAwaited = mutex.withLock {
            assignsInProgress -= 1
            return isReleased
        }
        if isAwaited { assignsDone.wakeAll() }
    }

    /// The first assign of a set makes it a user of the cleanup queue, and the first user makes the queue.
    private func provideCleanupQueue() {
        let queue = CleanupQueue.enter()
        let isSurplus = mutex.withLock {
            if cleanupQueue != nil || isReleased { return true }
            cleanupQueue = queue
            return false
        }
        if isSurplus { CleanupQueue.leave()?.core.retire() }
    }

    /// Deactivates the irqfd of a context and an interrupt. The caller flushes the cleanup queue afterwards, in any case.
    ///
    /// The corresponding kernel function is `kvm_irqfd_deassign`.
    func deassign(_ context: EventFDContextID, gsi: GSI) throws(IrqfdError) -> Bool {
        Tracing.begin(.irqfdDeassign, serial, UInt64(gsi.rawValue))
        defer { Tracing.end(.irqfdDeassign) }
        return try mutex.withLock { () throws(IrqfdError) -> Bool in
            if isReleased { throw .released }
            guard let irqfd = unsafe activeIrqfd(of: context), unsafe irqfd.pointee.gsi == gsi else { return false }
            unsafe Irqfd.deactivate(irqfd)
            return true
        }
    }

    /// No new irqfds; those that are there are deactivated. False: it was done before.
    @discardableResult
    func deactivateAll() -> Bool {
        Tracing.begin(.irqfdRelease, serial)
        defer { Tracing.end(.irqfdRelease) }
        return mutex.withLock {
            let isFirst = !isReleased
            isReleased = true
            deactivateAllListed()
            return isFirst
        }
    }

    /// Ends the machine's side: when this returns, nothing of this set runs or will run.
    ///
    /// The corresponding kernel function is `kvm_irqfd_release`.
    func release() {
        deactivateAll()
        assignsDone.wait(until: { hasNoAssignsInProgress })
        // Also when nothing was active: a hang-up may have queued a shutdown a moment ago.
        flushCleanupQueue()
        letGo()?.shutdown()
    }

    var hasNoAssignsInProgress: Bool { mutex.withLock { assignsInProgress == 0 } }

    /// Waits for every shutdown that is queued, those of other sets included.
    func flushCleanupQueue() { queueToFlush?.core.flush() }

    var queueToFlush: SingleThreadWorkqueue? { mutex.withLock { cleanupQueue } ?? CleanupQueue.current }

    /// Nobody is left who would use them. Returns the cleanup queue, for its end, if this was its last set.
    func letGo() -> SingleThreadWorkqueue? {
        let (queue, controller) = mutex.withLock {
            let parts = (cleanupQueue, self.controller)
            cleanupQueue = nil
            self.controller = nil
            return parts
        }
        if controller != nil { injectionQueue.core.endInjecting(for: serial) }
        return queue == nil ? nil : CleanupQueue.leave()
    }
}
