// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// The code before the patch, and after some of its repairs: one irqfd.
    ///
    /// The corresponding kernel structure is `struct _irqfd`.
    @unsafe
    struct PrePatchIrqfd: ~Copyable {
        typealias Pointer = UnsafeMutablePointer<PrePatchIrqfd>

        /// No reference.
        let kvm: PrePatchKVM.Pointer
        let host: Unmanaged<HistoricalHost>
        let repairs: Repairs
        /// A reference only with that repair. The context is the file's.
        let eventFD: EventFDContext
        let gsi: Int
        let parts: IrqfdParts

        /// 0: nil. Written under the wait queue's lock and read without it: a word, so that the scheduler sees it.
        let hasWqh = AtomicUInt32(0)
        var wqh: Unmanaged<WaitQueueHead>?

        /// Guarded by the machine's lock.
        var isListed = false
        var next: Pointer?

        static func make(_ kvm: PrePatchKVM.Pointer, _ eventFD: EventFDContext, gsi: Int) -> Pointer {
            let parts = unsafe IrqfdParts(
                behind: PrePatchIrqfd.self,
                wakeup: { unsafe PrePatchIrqfd.wakeup($0, $1, $2) },
                inject: { unsafe PrePatchIrqfd.inject($0.assumingMemoryBound(to: WorkNode.self)) },
                shutdown: { unsafe PrePatchIrqfd.shutdown($0.assumingMemoryBound(to: WorkNode.self)) }
            )
            let irqfd = unsafe parts.memory.bindMemory(to: PrePatchIrqfd.self, capacity: 1)
            let (host, repairs) = unsafe (kvm.pointee.host, kvm.pointee.repairs)
            unsafe irqfd.initialize(
                to: PrePatchIrqfd(kvm: kvm, host: host, repairs: repairs, eventFD: eventFD, gsi: gsi, parts: parts)
            )
            unsafe ScheduleSeam.name(irqfd.pointee.hasWqh.address, .part("wqh", of: irqfd))
            if repairs.contains(.contextReference) { eventFD.get() }
            unsafe host._withUnsafeGuaranteedRef { _ = $0.irqfds.fetchAdd(1) }
            return unsafe irqfd
        }

        private static func free(_ irqfd: Pointer) {
            unsafe ScheduleSeam.note("free", irqfd)
            let (host, parts) = unsafe (irqfd.pointee.host, irqfd.pointee.parts)
            unsafe irqfd.deinitialize(count: 1)
            unsafe parts.end()
            unsafe host._withUnsafeGuaranteedRef { _ = $0.irqfds.fetchSubtract(1) }
        }

        /// The corresponding kernel function is `irqfd_inject`.
        private static func inject(_ work: WorkNode.Pointer) {
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: PrePatchIrqfd.self)
            let kvm = unsafe irqfd.pointee.kvm
            unsafe kvm.pointee.irqLock.lock()
            unsafe irqfd.pointee.host._withUnsafeGuaranteedRef { host in
                _ = host.interrupts.fetchAdd(1)
                unsafe host.run.remark("interrupt \(irqfd.pointee.gsi)")
            }
            unsafe kvm.pointee.irqLock.unlock()
        }

        /// The corresponding kernel function is `schedule_work`.
        static func scheduleInject(_ irqfd: Pointer) {
            unsafe irqfd.pointee.host._withUnsafeGuaranteedRef { _ = unsafe $0.events.core.enqueue(irqfd.pointee.parts.inject) }
        }

        /// The corresponding kernel function is `irqfd_ptable_queue_proc`.
        static func hook(_ irqfd: Pointer, on head: WaitQueueHead) {
            unsafe irqfd.pointee.wqh = unsafe Unmanaged.passUnretained(head)
            unsafe irqfd.pointee.hasWqh.store(1)
            head.withLock { locked in unsafe locked.add(irqfd.pointee.parts.wait) }
        }

        /// Takes the lock of a wait queue that may be gone. An entry that is off the queue already is left alone: in the kernel
        /// that is a second way in which P1 fails, and here the first one, the use of what has ended, is to be seen.
        private static func unhook(_ irqfd: Pointer) {
            unsafe irqfd.pointee.wqh!._withUnsafeGuaranteedRef { head in
                head.withLock { locked in _ = unsafe locked.remove(irqfd.pointee.parts.wait) }
            }
        }

        /// The same, called by what has no Swift types.
        private static func wakeup(_ node: UnsafeMutableRawPointer, _ events: UInt32, _ locked: UnsafeMutableRawPointer) -> UInt8 {
            unsafe WaitQueueNode.function(node, events, locked) { unsafe wakeup($0, $1, &$2) }
        }

        /// Called with the wait queue's lock held.
        ///
        /// The corresponding kernel function is `irqfd_wakeup`.
        private static func wakeup(_ wait: WaitQueueNode.Pointer, _ events: PollEvents, _ locked: inout WaitQueueHead.Locked) -> WakeResult
        {
            let irqfd = unsafe wait.pointee.context.assumingMemoryBound(to: PrePatchIrqfd.self)
            if events.contains(.input) { unsafe scheduleInject(irqfd) }
            if events.contains(.hangup) {
                if unsafe irqfd.pointee.repairs.contains(.shutdown) {
                    unsafe hangUp(irqfd)
                } else {
                    unsafe locked.remove(wait)
                    unsafe irqfd.pointee.hasWqh.store(0)
                    unsafe ScheduleSeam.note("store nil in", irqfd.pointee.hasWqh.address)
                    unsafe lookOnceMore(irqfd)
                }
            }
            return .notWoken
        }

        /// The function has not returned yet, and until it does, the irqfd must stay. In the code before the patch the line above was
        /// the last that touched it, and nobody noticed; for P2, one more look stands for any line that somebody adds.
        private static func lookOnceMore(_ irqfd: Pointer) {
            if unsafe !irqfd.pointee.host._withUnsafeGuaranteedRef({ $0.looksOnceMore }) { return }
            unsafe ScheduleSeam.note("still in the function of", irqfd.pointee.parts.wait)
            _ = unsafe irqfd.pointee.hasWqh.load()
        }

        // MARK: Without a shutdown work

        /// One irqfd of a release.
        static func tearDown(_ irqfd: Pointer, unlist: () -> Void) {
            let repairs = unsafe irqfd.pointee.repairs
            let hasWqh = unsafe irqfd.pointee.hasWqh.load() != 0
            unsafe ScheduleSeam.note(hasWqh ? "find a wait queue in" : "find nil in", irqfd.pointee.hasWqh.address)
            if hasWqh || repairs.contains(.unhooksAlways) { unsafe unhook(irqfd) }
            unsafe WorkqueueCore.flush(irqfd.pointee.parts.inject)
            unlist()
            if repairs.contains(.contextReference) { unsafe irqfd.pointee.eventFD.put() }
            unsafe free(irqfd)
        }

        // MARK: With one

        private static func hangUp(_ irqfd: Pointer) {
            if unsafe !irqfd.pointee.repairs.contains(.oneDecision) { return unsafe queueShutdown(irqfd) }
            let kvm = unsafe irqfd.pointee.kvm
            unsafe kvm.pointee.lock.lock()
            if unsafe irqfd.pointee.isListed { unsafe beginShutdown(irqfd) }
            unsafe kvm.pointee.lock.unlock()
        }

        /// Under the machine's lock.
        static func beginShutdown(_ irqfd: Pointer) {
            if unsafe irqfd.pointee.repairs.contains(.oneDecision) {
                unsafe PrePatchKVM.unlist(irqfd.pointee.kvm, irqfd)
            } else {
                unsafe ScheduleSeam.note("find on the list:", irqfd)
            }
            unsafe queueShutdown(irqfd)
        }

        private static func queueShutdown(_ irqfd: Pointer) {
            unsafe irqfd.pointee.host._withUnsafeGuaranteedRef { host in
                _ = unsafe host.shutdownQueue(irqfd.pointee.repairs).core.enqueue(irqfd.pointee.parts.shutdown)
            }
        }

        /// The corresponding kernel function is `irqfd_shutdown`.
        private static func shutdown(_ work: WorkNode.Pointer) {
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: PrePatchIrqfd.self)
            unsafe unhook(irqfd)
            unsafe WorkqueueCore.flush(irqfd.pointee.parts.inject)
            if unsafe !irqfd.pointee.repairs.contains(.oneDecision) {
                let kvm = unsafe irqfd.pointee.kvm
                unsafe kvm.pointee.lock.lock()
                unsafe PrePatchKVM.unlist(kvm, irqfd)
                unsafe kvm.pointee.lock.unlock()
            }
            if unsafe irqfd.pointee.repairs.contains(.contextReference) { unsafe irqfd.pointee.eventFD.put() }
            unsafe free(irqfd)
        }
    }
#endif
