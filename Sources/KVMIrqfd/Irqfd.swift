// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives
internal import WaitQueue
internal import Workqueue

/// One eventfd that interrupts one machine: the patch, function for function.
///
/// It lies in memory of its own, from `make` to `free`, with one owner at a time: assign, then the items of its set, then the
/// shutdown work, whose function frees it. The wait queue and both workqueues know it unmanaged. `make` stands for the
/// patch's kzalloc and the initialisers beside it, `free` for its kfree.
///
/// The corresponding kernel structure is `struct _irqfd`.
@unsafe
struct Irqfd: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<Irqfd>

    /// Retained until `free`: a shutdown that nobody waits for, after a forgotten release, needs it.
    let set: Unmanaged<IrqfdSetCore>
    /// One reference, put by the shutdown.
    let eventFD: EventFDContext
    let gsi: GSI

    /// The link in the set's items, guarded by irqfds.lock. On that list is what active means.
    var isListed = false
    var next: Pointer?
    var previous: Pointer?
    /// The link in the set's table, guarded by the same lock.
    var nextInTable: Pointer?

    /// How many events found the inject pending. Written under the wait queue's lock.
    let coalesced = StatCounter()

    /// In the same memory, behind this.
    let wait: WaitQueueNode.Pointer
    let inject: WorkNode.Pointer
    let shutdown: WorkNode.Pointer

    /// The corresponding kernel function is `irqfd_inject`.
    static func inject(_ work: WorkNode.Pointer) {
        let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: Irqfd.self)
        unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { set in
            set.injections.bump()
            unsafe set.setInterrupt(irqfd.pointee.gsi, level: true)
            unsafe set.setInterrupt(irqfd.pointee.gsi, level: false)
        }
    }

    /// The parting, on the cleanup queue: nobody else unhooks or frees. The order is the protocol.
    ///
    /// The corresponding kernel function is `irqfd_shutdown`.
    static func shutdown(_ work: WorkNode.Pointer) {
        let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: Irqfd.self)
        // After this, no wakeup runs, and none will: no new inject is queued.
        unsafe irqfd.pointee.eventFD.unhook(irqfd.pointee.wait)
        // After this, none is queued or runs, so nobody has the irqfd but this function.
        unsafe WorkqueueCore.flush(irqfd.pointee.inject)
        // The wait queue may go with this reference: not before the unhooking.
        unsafe irqfd.pointee.eventFD.put()
        unsafe free(irqfd)
    }

    /// Under irqfds.lock.
    ///
    /// The corresponding kernel function is `irqfd_is_active`.
    static func isActive(_ irqfd: Pointer) -> Bool {
        if unsafe !irqfd.pointee.isListed { unsafe Trace.note("find it inactive:", irqfd) }
        return unsafe irqfd.pointee.isListed
    }

    /// Makes an active irqfd inactive and hands it to the cleanup queue: one step, under irqfds.lock, so that it happens once.
    ///
    /// The corresponding kernel function is `irqfd_deactivate`.
    static func deactivate(_ irqfd: Pointer) {
        if unsafe !isActive(irqfd) {
            misuse("an irqfd that is not active was deactivated: check isActive in the same section of irqfds.lock")
        }
        unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { set in
            unsafe set.unlist(irqfd)
            unsafe set.queueShutdown(irqfd)
        }
    }

    /// Called with the wait queue's lock held.
    ///
    /// The corresponding kernel function is `irqfd_wakeup`.
    @inline(__always)
    static func wakeup(_ wait: WaitQueueNode.Pointer, _ events: PollEvents, _ locked: inout WaitQueueHead.Locked) -> WakeResult {
        // A wake without a key says nothing: to the patch's function, too, the kernel's null key has no bit set.
        if events == .all { return .notWoken }
        let irqfd = unsafe wait.pointee.context.assumingMemoryBound(to: Irqfd.self)
        if events.contains(.input) {
            // Active or not: what is queued after a deactivation, the shutdown flushes. An inject that is pending stands for this event too.
            if unsafe irqfd.pointee.inject.pointee.isPendingStill {
                unsafe Trace.note("queue, but it is pending:", irqfd.pointee.inject)
                unsafe locked.head._withUnsafeGuaranteedRef { $0.coalesced.bump() }
                unsafe irqfd.pointee.coalesced.bump()
            } else {
                unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { unsafe $0.queueInject(irqfd) }
            }
        }
        if events.contains(.hangup) {
            unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { set in
                set.mutex.lock()
                // Somebody may have been faster, from the other side. The shutdown that it queued needs the wait queue's lock,
                // which is held here: so the irqfd is still there to be asked.
                if unsafe isActive(irqfd) { unsafe deactivate(irqfd) }
                set.mutex.unlock()
            }
        }
        return .notWoken
    }

    /// Called with the wait queue's lock held, by what has no Swift types.
    private static func wakeup(_ node: UnsafeMutableRawPointer, _ events: UInt32, _ locked: UnsafeMutableRawPointer) -> UInt8 {
        unsafe WaitQueueNode.function(node, events, locked) {
            unsafe Tracing.isOn ? tracedWakeup($0, $1, &$2) : wakeup($0, $1, &$2)
        }
    }

    // MARK: Memory

    private static let waitOffset = unsafe offset(of: WaitQueueNode.self, behind: MemoryLayout<Irqfd>.size)
    private static let injectOffset = unsafe offset(of: WorkNode.self, behind: waitOffset + MemoryLayout<WaitQueueNode>.size)
    private static let shutdownOffset = unsafe offset(of: WorkNode.self, behind: injectOffset + MemoryLayout<WorkNode>.size)
    private static let size = unsafe shutdownOffset + MemoryLayout<WorkNode>.size
    private static let alignment = unsafe max(
        MemoryLayout<Irqfd>.alignment,
        MemoryLayout<WaitQueueNode>.alignment,
        MemoryLayout<WorkNode>.alignment
    )

    /// What the two works are called in snapshots and reports of stalls.
    private static let injectLabel = WorkLabel("irqfd_inject")
    private static let shutdownLabel = WorkLabel("irqfd_shutdown")

    private static func offset<Part: ~Copyable>(of part: Part.Type, behind end: Int) -> Int {
        let alignment = MemoryLayout<Part>.alignment
        return (end + alignment - 1) / alignment * alignment
    }

    /// Takes over the caller's reference of the eventfd.
    static func make(set: IrqfdSetCore, eventFD: EventFDContext, gsi: GSI) -> Pointer {
        let memory = unsafe UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
        let wait = unsafe (memory + waitOffset).bindMemory(to: WaitQueueNode.self, capacity: 1)
        let inject = unsafe (memory + injectOffset).bindMemory(to: WorkNode.self, capacity: 1)
        let shutdown = unsafe (memory + shutdownOffset).bindMemory(to: WorkNode.self, capacity: 1)
        unsafe wait.initialize(to: WaitQueueNode(context: memory, function: { unsafe Irqfd.wakeup($0, $1, $2) }))
        unsafe inject.initialize(
            to: WorkNode(context: memory, life: .untilFlushed, label: injectLabel) {
                unsafe Irqfd.tracedInject($0.assumingMemoryBound(to: WorkNode.self))
            }
        )
        unsafe shutdown.initialize(
            to: WorkNode(context: memory, label: shutdownLabel) { unsafe Irqfd.tracedShutdown($0.assumingMemoryBound(to: WorkNode.self)) }
        )
        let irqfd = unsafe memory.bindMemory(to: Irqfd.self, capacity: 1)
        unsafe irqfd.initialize(
            to: Irqfd(set: Unmanaged.passRetained(set), eventFD: eventFD, gsi: gsi, wait: wait, inject: inject, shutdown: shutdown)
        )
        unsafe Trace.begin(irqfd, size: size)
        KVMIrqfdDiagnostics.irqfds.add(1)
        return unsafe irqfd
    }

    /// Frees an irqfd that nobody else has ever known.
    static func discard(_ irqfd: Pointer) {
        unsafe irqfd.pointee.eventFD.put()
        unsafe freeMemory(of: irqfd)
    }

    private static func free(_ irqfd: Pointer) {
        unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { unsafe $0.noteEnd(of: irqfd) }
        unsafe freeMemory(of: irqfd)
    }

    private static func freeMemory(of irqfd: Pointer) {
        unsafe Trace.note("free", irqfd)
        let set = unsafe irqfd.pointee.set
        unsafe irqfd.pointee.wait.deinitialize(count: 1)
        unsafe WorkNode.end(irqfd.pointee.inject)
        unsafe WorkNode.end(irqfd.pointee.shutdown)
        unsafe irqfd.deinitialize(count: 1)
        if unsafe !Trace.keepsEnded(irqfd, size: size) { unsafe UnsafeMutableRawPointer(irqfd).deallocate() }
        KVMIrqfdDiagnostics.irqfds.subtract(1)
        // Maybe the last one of a set that was dropped without release: its controller goes with it, and no lock is held here.
        unsafe set._withUnsafeGuaranteedRef { Trace.dropReference($0) }
        unsafe set.release()
    }
}
