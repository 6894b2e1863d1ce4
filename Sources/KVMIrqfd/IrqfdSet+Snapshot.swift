// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives
internal import Workqueue

extension IrqfdSet {
    /// Copies what the set is at this moment.
    ///
    /// There is no corresponding kernel function.
    ///
    /// - Important: Context: takes the set's lock, and copies under it; does not sleep. Allocates, but not under the lock. May be called anywhere, also by
    ///   the controller and inside a wake function.
    /// - Complexity: O(*n*) in the number of active irqfds.
    public func snapshot() -> IrqfdSetSnapshot { core.snapshot() }
}

extension IrqfdSet: CustomDebugStringConvertible {
    /// The set in a few words, as `IrqfdSet(set 3, live, 2 irqfds, 7 injections, 1 coalesced)`.
    ///
    /// - Important: Context: as ``snapshot()``.
    public var debugDescription: String {
        let snapshot = core.snapshot()
        return "IrqfdSet(set \(snapshot.number), " + listed(snapshot.parts) + ")"
    }
}

extension IrqfdSetCore {
    func snapshot() -> IrqfdSetSnapshot {
        var irqfds: [IrqfdSetSnapshot.Irqfd] = []
        while true {
            let attempt = mutex.withLock { copy(to: &irqfds) }
            if let snapshot = attempt.snapshot { return snapshot }
            // Room is made without the lock; if more have come meanwhile, once more.
            irqfds.reserveCapacity(attempt.missing + attempt.missing / 2)
        }
    }

    /// Under irqfds.lock.
    private func copy(to irqfds: inout [IrqfdSetSnapshot.Irqfd]) -> (snapshot: IrqfdSetSnapshot?, missing: Int) {
        var count = 0
        var next = first
        while let irqfd = unsafe next {
            count += 1
            unsafe next = unsafe irqfd.pointee.next
        }
        if count > irqfds.capacity { return (nil, count) }
        // In this order: what ends meanwhile is counted here or there.
        let gone = ended.load()
        var coalesced = self.coalesced.load() + coalescedOfEnded.load()
        unsafe next = first
        while let irqfd = unsafe next {
            let own = unsafe irqfd.pointee.coalesced.load()
            coalesced += own
            unsafe irqfds.append(
                IrqfdSetSnapshot.Irqfd(
                    gsi: irqfd.pointee.gsi,
                    eventFD: irqfd.pointee.eventFD.id,
                    isInjectionPending: irqfd.pointee.inject.pointee.isPending,
                    coalesced: own
                )
            )
            unsafe next = unsafe irqfd.pointee.next
        }
        let snapshot = IrqfdSetSnapshot(
            number: serial,
            isReleased: isReleased,
            irqfds: irqfds,
            shuttingDown: Int(shutdowns - min(gone, shutdowns)),
            assignsInProgress: Int(assignsInProgress),
            injections: injections.load(),
            coalesced: coalesced
        )
        return (snapshot, 0)
    }
}
