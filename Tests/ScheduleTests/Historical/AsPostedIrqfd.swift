// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// The patch as it was posted, function for function: one irqfd.
    ///
    /// The corresponding kernel structure is `struct _irqfd`.
    @unsafe
    struct AsPostedIrqfd: ~Copyable {
        typealias Pointer = UnsafeMutablePointer<AsPostedIrqfd>

        /// No reference.
        let kvm: AsPostedKVM.Pointer
        let host: Unmanaged<HistoricalHost>
        /// One reference, put by the shutdown.
        let eventFD: EventFDContext
        let gsi: Int
        let parts: IrqfdParts
        /// Of the context, which keeps it.
        var wqh: Unmanaged<WaitQueueHead>?

        /// Guarded by irqfds.lock. On that list is what active means.
        var isListed = false
        var next: Pointer?

        /// Takes over the caller's reference of the eventfd.
        static func make(_ kvm: AsPostedKVM.Pointer, _ eventFD: EventFDContext, gsi: Int) -> Pointer {
            let parts = unsafe IrqfdParts(
                behind: AsPostedIrqfd.self,
                wakeup: { unsafe AsPostedIrqfd.wakeup($0, $1, $2) },
                inject: { unsafe AsPostedIrqfd.inject($0.assumingMemoryBound(to: WorkNode.self)) },
                shutdown: { unsafe AsPostedIrqfd.shutdown($0.assumingMemoryBound(to: WorkNode.self)) }
            )
            let irqfd = unsafe parts.memory.bindMemory(to: AsPostedIrqfd.self, capacity: 1)
            unsafe irqfd.initialize(to: AsPostedIrqfd(kvm: kvm, host: kvm.pointee.host, eventFD: eventFD, gsi: gsi, parts: parts))
            unsafe kvm.pointee.host._withUnsafeGuaranteedRef { _ = $0.irqfds.fetchAdd(1) }
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
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: AsPostedIrqfd.self)
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
            head.withLock { locked in unsafe locked.add(irqfd.pointee.parts.wait) }
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
            let irqfd = unsafe wait.pointee.context.assumingMemoryBound(to: AsPostedIrqfd.self)
            if events.contains(.input) { unsafe scheduleInject(irqfd) }
            if events.contains(.hangup) {
                let kvm = unsafe irqfd.pointee.kvm
                unsafe kvm.pointee.lock.lock()
                // The machine's side may have been faster. Then its shutdown waits for the lock that is held here.
                if unsafe isActive(irqfd) { unsafe deactivate(irqfd) }
                unsafe kvm.pointee.lock.unlock()
            }
            return .notWoken
        }

        /// The corresponding kernel function is `irqfd_is_active`.
        private static func isActive(_ irqfd: Pointer) -> Bool { unsafe irqfd.pointee.isListed }

        /// The corresponding kernel function is `irqfd_deactivate`.
        static func deactivate(_ irqfd: Pointer) {
            unsafe irqfd.pointee.host._withUnsafeGuaranteedRef { host in
                unsafe host.run.expect(isActive(irqfd), "an irqfd that is not active was deactivated")
                unsafe AsPostedKVM.unlist(irqfd.pointee.kvm, irqfd)
                _ = unsafe host.cleanup.core.enqueue(irqfd.pointee.parts.shutdown)
            }
        }

        /// The counter stays as it is: that is one of the two defects.
        ///
        /// The corresponding kernel function is `irqfd_shutdown`.
        private static func shutdown(_ work: WorkNode.Pointer) {
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: AsPostedIrqfd.self)
            unsafe irqfd.pointee.wqh!._withUnsafeGuaranteedRef { head in
                head.withLock { locked in _ = unsafe locked.remove(irqfd.pointee.parts.wait) }
            }
            unsafe WorkqueueCore.flush(irqfd.pointee.parts.inject)
            unsafe irqfd.pointee.eventFD.put()
            unsafe free(irqfd)
        }
    }
#endif
