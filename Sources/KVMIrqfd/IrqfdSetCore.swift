// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives
internal import WaitQueue
internal import Workqueue

/// The irqfds of one machine: what the irqfds hold. Users hold the façade, `IrqfdSet`.
///
/// The corresponding kernel structure is the `irqfds` of a `struct kvm`.
@safe
final class IrqfdSetCore: @unchecked Sendable {
    // @unchecked: the variables are guarded by `mutex`; the controller is taken out when nobody is left who would use it.

    let serial = SerialNumber.next()
    /// irqfds.lock: inside a wait queue's lock, outside the workqueues'.
    let mutex = AdaptiveMutex(.irqfds)
    let injectionQueue: SingleThreadWorkqueue
    /// Written by the injection queue's worker alone.
    let injections = StatCounter()
    let coalesced = StatCounter()
    /// What irqfds that are gone had coalesced, and how many they were. Written by the cleanup queue's worker alone.
    let coalescedOfEnded = StatCounter()
    let ended = StatCounter()

    /// Until the release, which breaks the cycle with a controller that owns its set.
    @safe @exclusivity(unchecked) var controller: (any InterruptController)?
    /// From the first assign until the release.
    @safe @exclusivity(unchecked) var cleanupQueue: SingleThreadWorkqueue?
    @safe @exclusivity(unchecked) var isReleased = false
    /// Assigns between their beginning and their end.
    @safe @exclusivity(unchecked) var assignsInProgress: UInt32 = 0
    /// How many irqfds have gone over to their shutdown.
    @safe @exclusivity(unchecked) var shutdowns: UInt64 = 0
    /// Woken, after irqfds.lock is gone, when a released set has no more assigns in progress.
    let assignsDone = WaitQueueHead()

    /// irqfds.items, in the order of their assignment.
    @safe @exclusivity(unchecked) private(set) var first: Irqfd.Pointer?
    @safe @exclusivity(unchecked) private var last: Irqfd.Pointer?
    /// The irqfd of each context, which is active, or being assigned. Looked up, never walked.
    @safe @exclusivity(unchecked) private var table = unsafe IrqfdTable()
    @safe @exclusivity(unchecked) private var registrySlot = 0

    init(controller: any InterruptController, injectionQueue: SingleThreadWorkqueue) {
        self.controller = controller
        self.injectionQueue = injectionQueue
        injectionQueue.core.beginInjecting(for: serial)
        registrySlot = unsafe KVMIrqfdDiagnostics.sets.insert(Unmanaged.passUnretained(self).toOpaque())
        Trace.begin(self)
    }

    deinit {
        // After a release there is nothing left to do. After a forgotten one this may be the cleanup worker: nothing here waits.
        if cleanupQueue != nil { CleanupQueue.leave()?.core.retire() }
        if controller != nil { injectionQueue.core.endInjecting(for: serial) }
        KVMIrqfdDiagnostics.sets.remove(registrySlot, counted: 0)
        KVMIrqfdDiagnostics.endedInjections.add(injections.load())
        KVMIrqfdDiagnostics.endedCoalesced.add(coalesced.load())
    }

    // MARK: Items and reservations, under irqfds.lock

    /// Reserves the context of an irqfd for it. False: the context is assigned in this set already, or being assigned.
    func reserve(_ irqfd: Irqfd.Pointer) -> Bool {
        if unsafe table.find(irqfd.pointee.eventFD.id) != nil { return false }
        unsafe table.insert(irqfd)
        return true
    }

    /// The irqfd is not to become active, and goes over to its shutdown.
    func cancelReservation(_ irqfd: Irqfd.Pointer) {
        shutdowns += 1
        unsafe table.remove(irqfd)
    }

    /// The active irqfd of a context.
    func activeIrqfd(of context: EventFDContextID) -> Irqfd.Pointer? {
        guard let irqfd = unsafe table.find(context), unsafe irqfd.pointee.isListed else { return nil }
        return unsafe irqfd
    }

    /// From here on the irqfd is active.
    func list(_ irqfd: Irqfd.Pointer) {
        unsafe Trace.note("activate", irqfd)
        unsafe irqfd.pointee.isListed = true
        unsafe irqfd.pointee.previous = last
        if let last { unsafe last.pointee.next = unsafe irqfd } else { first = unsafe irqfd }
        last = unsafe irqfd
    }

    /// No longer active; the same context may be assigned again at once.
    func unlist(_ irqfd: Irqfd.Pointer) {
        unsafe traceDeactivation(of: irqfd)
        let previous = unsafe irqfd.pointee.previous
        let next = unsafe irqfd.pointee.next
        if let previous = unsafe previous { unsafe previous.pointee.next = unsafe next } else { first = unsafe next }
        if let next = unsafe next { unsafe next.pointee.previous = unsafe previous } else { last = unsafe previous }
        unsafe irqfd.pointee.next = nil
        unsafe irqfd.pointee.previous = nil
        unsafe irqfd.pointee.isListed = false
        shutdowns += 1
        unsafe table.remove(irqfd)
    }

    /// How many shutdowns go over as one list: the cleanup worker finds them where this thread has just had them.
    private static var shutdownsInAList: Int { 1024 }

    /// Deactivates all irqfds: each goes over to its shutdown work, a whole list of them as one. Under irqfds.lock.
    func deactivateAllListed() {
        // (What assigns have reserved is forgotten, too: of a released set nobody asks for it.)
        unsafe table.removeAll()
        last = nil
        while unsafe first != nil {
            var list = unsafe WorkList()
            while let irqfd = first, unsafe list.count < IrqfdSetCore.shutdownsInAList {
                unsafe traceDeactivation(of: irqfd)
                first = unsafe irqfd.pointee.next
                unsafe irqfd.pointee.next = nil
                unsafe irqfd.pointee.previous = nil
                unsafe irqfd.pointee.isListed = false
                unsafe cleanupQueue?.core.prepare(irqfd.pointee.shutdown, for: &list)
            }
            unsafe shutdowns += UInt64(list.count)
            if unsafe cleanupQueue?.core.enqueue(list) != true {
                misuse("the shutdown of an irqfd was queued twice, or its set has no cleanup queue")
            }
        }
    }

    private func traceDeactivation(of irqfd: Irqfd.Pointer) {
        unsafe Trace.note("deactivate", irqfd)
        unsafe Tracing.instant(.irqfdDeactivate, irqfd.pointee.eventFD.id.serial, UInt64(irqfd.pointee.gsi.rawValue))
    }

    // MARK: The two works

    /// On the injection queue's worker.
    ///
    /// The corresponding kernel function is `kvm_set_irq`.
    func setInterrupt(_ gsi: GSI, level: Bool) {
        Tracing.instant(.setIRQ, serial, UInt64(gsi.rawValue) << 1 | (level ? 1 : 0))
        controller?.setInterrupt(gsi, level: level)
    }

    /// Under the wait queue's lock, or irqfds.lock.
    func queueInject(_ irqfd: Irqfd.Pointer) {
        switch unsafe injectionQueue.core.enqueue(irqfd.pointee.inject) {
        case .queued: break
        case .alreadyPending: coalesced.add(1)
        case .refused:
            misuse("the injection queue \"\(injectionQueue.name)\" of IrqfdSet \(serial) refused an interrupt: it ended before its set")
        }
    }

    /// An irqfd has been shut down. By the cleanup queue's worker, before the memory goes.
    func noteEnd(of irqfd: Irqfd.Pointer) {
        let coalesced = unsafe irqfd.pointee.coalesced.load()
        if coalesced != 0 { coalescedOfEnded.add(coalesced) }
        ended.bump()
    }

    /// Under irqfds.lock: the irqfd goes over to the shutdown work, for good.
    func queueShutdown(_ irqfd: Irqfd.Pointer) {
        if unsafe cleanupQueue?.core.enqueue(irqfd.pointee.shutdown) != .queued {
            misuse("the shutdown of an irqfd was queued twice, or its set has no cleanup queue")
        }
    }
}
