// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// The patch as it was posted, v9 3/5, with the deassign of 4/5: the machine's side.
    ///
    /// It lies in memory of its own, which ends when the machine does: an irqfd has no reference to its machine.
    ///
    /// The corresponding kernel structure is `struct kvm`.
    @unsafe
    struct AsPostedKVM: ~Copyable {
        typealias Pointer = UnsafeMutablePointer<AsPostedKVM>

        let host: Unmanaged<HistoricalHost>
        /// irqfds.lock.
        let lock = AdaptiveMutex(.irqfds)
        let irqLock = AdaptiveMutex(.irqfds)
        /// irqfds.items.
        var first: AsPostedIrqfd.Pointer?

        /// The corresponding kernel function is `kvm_irqfd_init`.
        static func make(_ host: HistoricalHost) -> Pointer {
            let kvm = Pointer.allocate(capacity: 1)
            unsafe kvm.initialize(to: AsPostedKVM(host: Unmanaged.passUnretained(host)))
            unsafe ScheduleSeam.name(kvm, size: MemoryLayout<AsPostedKVM>.size, .numbered("kvm"))
            unsafe ScheduleSeam.name(kvm.pointee.lock.address, .part("irqfds.lock", of: kvm))
            unsafe ScheduleSeam.name(kvm.pointee.irqLock.address, .part("irq_lock", of: kvm))
            return unsafe kvm
        }

        static func free(_ kvm: Pointer) {
            unsafe ScheduleSeam.note("free", kvm)
            unsafe kvm.deinitialize(count: 1)
            if unsafe !ScheduleSeam.end(kvm, size: MemoryLayout<AsPostedKVM>.size) { unsafe kvm.deallocate() }
        }

        // MARK: Items, under irqfds.lock

        private static func list(_ kvm: Pointer, _ irqfd: AsPostedIrqfd.Pointer) {
            unsafe ScheduleSeam.note("activate", irqfd)
            unsafe irqfd.pointee.isListed = true
            guard var last = unsafe kvm.pointee.first else { return unsafe kvm.pointee.first = unsafe irqfd }
            while let next = unsafe last.pointee.next { unsafe last = unsafe next }
            unsafe last.pointee.next = unsafe irqfd
        }

        static func unlist(_ kvm: Pointer, _ irqfd: AsPostedIrqfd.Pointer) {
            unsafe ScheduleSeam.note("deactivate", irqfd)
            unsafe irqfd.pointee.isListed = false
            let next = unsafe irqfd.pointee.next
            unsafe irqfd.pointee.next = nil
            var before = unsafe kvm.pointee.first!
            if unsafe before == irqfd { return unsafe kvm.pointee.first = unsafe next }
            while unsafe before.pointee.next != irqfd { unsafe before = unsafe before.pointee.next! }
            unsafe before.pointee.next = unsafe next
        }

        // MARK: What users call

        /// The corresponding kernel function is `kvm_irqfd`.
        static func assign(_ kvm: Pointer, _ file: EventFDFile, gsi: Int) throws(EventFDError) {
            // Held until the end: no hang-up before. But irqfds.lock keeps nobody away in between.
            try file.hold()
            defer { file.drop() }
            file.context.get()
            let irqfd = unsafe AsPostedIrqfd.make(kvm, file.context, gsi: gsi)
            let events = file.poll(PollTable { head in unsafe AsPostedIrqfd.hook(irqfd, on: head) })
            unsafe kvm.pointee.lock.lock()
            unsafe list(kvm, irqfd)
            unsafe kvm.pointee.lock.unlock()
            if events.contains(.input) {
                unsafe ScheduleSeam.note("find an event pending for", irqfd)
                unsafe AsPostedIrqfd.scheduleInject(irqfd)
            }
        }

        /// The corresponding kernel function is `kvm_deassign_irqfd`.
        static func deassign(_ kvm: Pointer, _ file: EventFDFile, gsi: Int) throws(EventFDError) {
            try file.hold()
            let eventFD = file.context
            eventFD.get()
            file.drop()
            unsafe kvm.pointee.lock.lock()
            var next = unsafe kvm.pointee.first
            while let irqfd = unsafe next {
                unsafe next = unsafe irqfd.pointee.next
                if unsafe irqfd.pointee.eventFD == eventFD, unsafe irqfd.pointee.gsi == gsi { unsafe AsPostedIrqfd.deactivate(irqfd) }
            }
            unsafe kvm.pointee.lock.unlock()
            eventFD.put()
            unsafe flushCleanupQueue(kvm)
        }

        /// The corresponding kernel function is `kvm_irqfd_release`.
        static func release(_ kvm: Pointer) {
            unsafe kvm.pointee.lock.lock()
            while let irqfd = unsafe kvm.pointee.first { unsafe AsPostedIrqfd.deactivate(irqfd) }
            unsafe kvm.pointee.lock.unlock()
            // In any case: irqfds have no reference to their machine, and some may be on their way out.
            unsafe flushCleanupQueue(kvm)
        }

        private static func flushCleanupQueue(_ kvm: Pointer) {
            unsafe kvm.pointee.host._withUnsafeGuaranteedRef { $0.cleanup.flush() }
        }
    }
#endif
