// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// What has been mended of the code before the patch. Nothing: that code. All of it: what the patch does.
    ///
    /// The defects hide each other, and some were only met by who mended another one. With all repairs but one, one is left.
    struct Repairs: OptionSet, Sendable {
        let rawValue: UInt8

        /// The irqfd has a reference of its own to the eventfd's context (P1, P4).
        static let contextReference = Repairs(rawValue: 1 << 0)
        /// Who tears down takes the wait queue's lock in any case (P2).
        static let unhooksAlways = Repairs(rawValue: 1 << 1)
        /// The hang-up hands the irqfd over to a shutdown work, which frees it (P3). The next four are about that work.
        static let shutdown = Repairs(rawValue: 1 << 2)
        /// A release waits for the shutdowns also when it has found no irqfd (P5).
        static let flushesAlways = Repairs(rawValue: 1 << 3)
        /// Who takes an irqfd off the list, under the list's lock, queues its shutdown, and nobody else does (P6).
        static let oneDecision = Repairs(rawValue: 1 << 4)
        /// Shutdowns have a queue of their own (P8).
        static let ownQueue = Repairs(rawValue: 1 << 5)
        /// A release walks the list under its lock (P9).
        static let lockedWalk = Repairs(rawValue: 1 << 6)

        static let all = Repairs(rawValue: 0x7f)
    }

    /// The code before the patch, and after some of its repairs: the machine's side.
    ///
    /// It lies in memory of its own, which ends when the machine does: an irqfd has no reference to its machine.
    ///
    /// The corresponding kernel structure is `struct kvm`.
    @unsafe
    struct PrePatchKVM: ~Copyable {
        typealias Pointer = UnsafeMutablePointer<PrePatchKVM>

        let host: Unmanaged<HistoricalHost>
        let repairs: Repairs
        /// Guards the list; in the code before the patch, only while something is added or taken out.
        let lock = AdaptiveMutex(.irqfds)
        let irqLock = AdaptiveMutex(.irqfds)
        /// All links of the list, for the scheduler: odd while one is being written.
        let links = AtomicUInt32(0)
        var first: PrePatchIrqfd.Pointer?

        /// The corresponding kernel function is `kvm_irqfd_init`.
        static func make(_ host: HistoricalHost, _ repairs: Repairs) -> Pointer {
            let kvm = Pointer.allocate(capacity: 1)
            unsafe kvm.initialize(to: PrePatchKVM(host: Unmanaged.passUnretained(host), repairs: repairs))
            unsafe ScheduleSeam.name(kvm, size: MemoryLayout<PrePatchKVM>.size, .numbered("kvm"))
            unsafe ScheduleSeam.name(kvm.pointee.lock.address, .part("lock", of: kvm))
            unsafe ScheduleSeam.name(kvm.pointee.irqLock.address, .part("irq_lock", of: kvm))
            unsafe ScheduleSeam.name(kvm.pointee.links.address, .part("list", of: kvm))
            return unsafe kvm
        }

        static func free(_ kvm: Pointer) {
            unsafe ScheduleSeam.note("free", kvm)
            unsafe kvm.deinitialize(count: 1)
            if unsafe !ScheduleSeam.end(kvm, size: MemoryLayout<PrePatchKVM>.size) { unsafe kvm.deallocate() }
        }

        // MARK: The list

        /// Two visible steps, because there are two stores: the link to the irqfd, and the end of the list behind it.
        private static func list(_ kvm: Pointer, _ irqfd: PrePatchIrqfd.Pointer) {
            _ = unsafe kvm.pointee.links.fetchAdd(1)
            unsafe ScheduleSeam.note("link to", irqfd)
            unsafe irqfd.pointee.isListed = true
            if var last = unsafe kvm.pointee.first {
                while let next = unsafe last.pointee.next { unsafe last = unsafe next }
                unsafe last.pointee.next = unsafe irqfd
            } else {
                unsafe kvm.pointee.first = unsafe irqfd
            }
            _ = unsafe kvm.pointee.links.fetchAdd(1)
            unsafe ScheduleSeam.note("end of the list behind", irqfd)
        }

        static func unlist(_ kvm: Pointer, _ irqfd: PrePatchIrqfd.Pointer) {
            _ = unsafe kvm.pointee.links.fetchAdd(2)
            unsafe ScheduleSeam.note("unlink", irqfd)
            unsafe irqfd.pointee.isListed = false
            let next = unsafe irqfd.pointee.next
            var before = unsafe kvm.pointee.first!
            if unsafe before == irqfd { return unsafe kvm.pointee.first = unsafe next }
            while unsafe before.pointee.next != irqfd { unsafe before = unsafe before.pointee.next! }
            unsafe before.pointee.next = unsafe next
        }

        /// A step of a walk. Nil: from the beginning.
        private static func following(_ kvm: Pointer, _ irqfd: PrePatchIrqfd.Pointer?) -> PrePatchIrqfd.Pointer? {
            let isWhole = unsafe kvm.pointee.links.load() & 1 == 0
            let next = unsafe irqfd == nil ? kvm.pointee.first : irqfd!.pointee.next
            if let next = unsafe next { unsafe ScheduleSeam.note("walk to", next) }
            unsafe kvm.pointee.host._withUnsafeGuaranteedRef { host in
                host.run.expect(isWhole, "a release walks the list without its lock, and has followed a link that an assign is writing")
            }
            return unsafe next
        }

        // MARK: What users call

        /// The corresponding kernel function is `kvm_irqfd`.
        static func assign(_ kvm: Pointer, _ file: EventFDFile, gsi: Int) throws(EventFDError) {
            // Held until the end: no hang-up before.
            try file.hold()
            defer { file.drop() }
            let irqfd = unsafe PrePatchIrqfd.make(kvm, file.context, gsi: gsi)
            let events = file.poll(PollTable { head in unsafe PrePatchIrqfd.hook(irqfd, on: head) })
            unsafe kvm.pointee.lock.lock()
            unsafe list(kvm, irqfd)
            unsafe kvm.pointee.lock.unlock()
            if events.contains(.input) { unsafe PrePatchIrqfd.scheduleInject(irqfd) }
        }

        /// The corresponding kernel function is `kvm_irqfd_release`.
        static func release(_ kvm: Pointer) {
            let repairs = unsafe kvm.pointee.repairs
            if repairs.contains(.shutdown) { return unsafe releaseByShutdowns(kvm) }
            if repairs.contains(.lockedWalk) { unsafe kvm.pointee.lock.lock() }
            var next = unsafe following(kvm, nil)
            while let irqfd = unsafe next {
                // Before the irqfd is gone.
                unsafe next = unsafe following(kvm, irqfd)
                unsafe PrePatchIrqfd.tearDown(irqfd) {
                    if !repairs.contains(.lockedWalk) { unsafe kvm.pointee.lock.lock() }
                    unsafe unlist(kvm, irqfd)
                    if !repairs.contains(.lockedWalk) { unsafe kvm.pointee.lock.unlock() }
                }
            }
            if repairs.contains(.lockedWalk) { unsafe kvm.pointee.lock.unlock() }
        }

        private static func releaseByShutdowns(_ kvm: Pointer) {
            let repairs = unsafe kvm.pointee.repairs
            unsafe kvm.pointee.lock.lock()
            var next = unsafe kvm.pointee.first
            let isEmpty = unsafe next == nil
            while let irqfd = unsafe next {
                unsafe next = unsafe irqfd.pointee.next
                unsafe PrePatchIrqfd.beginShutdown(irqfd)
            }
            unsafe kvm.pointee.lock.unlock()
            if isEmpty {
                unsafe ScheduleSeam.note("find nothing on the list of", kvm)
                if !repairs.contains(.flushesAlways) { return }
            }
            unsafe kvm.pointee.host._withUnsafeGuaranteedRef { $0.shutdownQueue(repairs).flush() }
        }
    }

    extension HistoricalHost {
        func shutdownQueue(_ repairs: Repairs) -> SingleThreadWorkqueue { repairs.contains(.ownQueue) ? cleanup : events }
    }
#endif
