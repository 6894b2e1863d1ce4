// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    internal import CKernelPrimitives
    internal import KernelPrimitives

    /// One thread that hears of the events of all descriptors on which contexts stand, and wakes their wait queues.
    ///
    /// There is one at a time, made for the first such context and gone with the last. The thread keeps it until then.
    package final class DescriptorPoller: @unchecked Sendable {
        // @unchecked: what is not constant is guarded by the mutex of `Current`.

        /// The one that there is.
        private final class Current: @unchecked Sendable {
            // @unchecked: the variables are guarded by `mutex`.

            private let mutex = AdaptiveMutex(.descriptors)
            fileprivate private(set) var poller: DescriptorPoller?
            private var users = 0

            func join(orInstall new: DescriptorPoller?) -> DescriptorPoller? {
                mutex.withLock {
                    if poller?.isOfThisProcess == false {
                        // After a fork: its thread is in the other process, and its sets are that one's. Never given up, so never closed.
                        poller = nil
                        users = 0
                    }
                    if poller == nil { poller = new }
                    if poller != nil { users += 1 }
                    return poller
                }
            }

            /// The poller, if this was its last user: whoever comes from here on makes a new one.
            func leave() -> DescriptorPoller? {
                mutex.withLock {
                    users -= 1
                    return users == 0 ? poller.take() : nil
                }
            }
        }

        private static let current = Current()

        let table = DescriptorTable()
        /// Writes, by edges: an edge is a write. And, by level, room and the doorbell.
        private let set: OwnedDescriptor
        /// Room, by edges, in a set of its own: in one with the writes, a reader's making room could not be told from a write.
        private let roomSet: OwnedDescriptor
        /// Rings at the end.
        private let doorbell: EventFDDescriptor
        /// A child that was forked has the same sets open, and must not change what this process hears of.
        private let process = getpid()

        private var isOfThisProcess: Bool { process == getpid() }

        /// Numbers that no context has.
        private static var roomKey: UInt64 { .max }
        private static var doorbellKey: UInt64 { .max - 1 }

        /// One more context needs the poller, which is made if there is none.
        static func enter() throws(EventFDError) -> DescriptorPoller {
            if let poller = current.join(orInstall: nil) { return poller }
            let new = try DescriptorPoller()
            let poller = current.join(orInstall: new)!
            if poller === new { poller.start() }
            return poller
        }

        /// A context needs the poller no longer. The last one ends the thread, and does not wait for it.
        func leave() {
            if !isOfThisProcess { return }
            guard let last = DescriptorPoller.current.leave() else { return }
            var one: UInt64 = 1
            unsafe ring(last.doorbell.number, &one)
        }

        private init() throws(EventFDError) {
            set = try OwnedDescriptor(epoll_create1(Int32(EPOLL_CLOEXEC)))
            roomSet = try OwnedDescriptor(epoll_create1(Int32(EPOLL_CLOEXEC)))
            doorbell = try EventFDDescriptor(flags: .nonBlocking)
            try DescriptorPoller.add(roomSet.number, to: set, kp_epoll_input, DescriptorPoller.roomKey)
            try DescriptorPoller.add(doorbell.number, to: set, kp_epoll_input, DescriptorPoller.doorbellKey)
        }

        private func start() {
            #if ScheduleExploration
                // A thread that waits in the kernel cannot be under control: one of the scenario's makes the passes.
                if ScheduleSeam.current != nil { return }
            #endif
            KernelThread(name: "eventfd-poller") { [self] in
                ExecutionContext.pollsDescriptors = true
                while pass(mayWait: true) {}
            }.detach()
        }

        // MARK: Which descriptors, and what of them

        /// Knows the descriptor from now on, and hears nothing of it yet. What may fail fails here.
        func add(_ number: Int32, _ serial: UInt64) throws(EventFDError) {
            try DescriptorPoller.add(number, to: set, kp_epoll_edges, serial)
            do throws(EventFDError) {
                try DescriptorPoller.add(number, to: roomSet, kp_epoll_edges, serial)
            } catch {
                change(set, EPOLL_CTL_DEL, number, 0, serial)
                throw error
            }
        }

        private static func add(
            _ number: Int32,
            to set: borrowing OwnedDescriptor,
            _ events: UInt32,
            _ key: UInt64
        ) throws(EventFDError) {
            let error = control(set.number, EPOLL_CTL_ADD, number, events, key)
            if error == EEXIST {
                misuse("descriptor \(number) belongs to an EventFDFile already; make the other file from EventFDDescriptor(duplicating:)")
            }
            if error != 0 { throw EventFDError(systemError: error) }
        }

        /// Before the descriptor is closed: other processes have the same open file, and so the kernel would not forget it.
        func remove(_ number: Int32, _ serial: UInt64) {
            touchKernel()
            change(set, EPOLL_CTL_DEL, number, 0, serial)
            change(roomSet, EPOLL_CTL_DEL, number, 0, serial)
        }

        /// What is ready already at this moment is reported as well.
        func setInterest(in number: Int32, _ serial: UInt64, ofWrites isWanted: Bool) {
            touchKernel()
            change(set, EPOLL_CTL_MOD, number, kp_epoll_edges | (isWanted ? kp_epoll_input : 0), serial)
        }

        /// What is ready already at this moment is reported as well.
        func setInterest(in number: Int32, _ serial: UInt64, ofRoom isWanted: Bool) {
            touchKernel()
            change(roomSet, EPOLL_CTL_MOD, number, kp_epoll_edges | (isWanted ? kp_epoll_output : 0), serial)
        }

        /// Tells the kernel; in a forked child nothing.
        private func change(_ set: borrowing OwnedDescriptor, _ operation: Int32, _ number: Int32, _ events: UInt32, _ serial: UInt64) {
            if !isOfThisProcess { return }
            let error = control(set.number, operation, number, events, serial)
            if error != 0 {
                misuse(
                    "descriptor \(number), which belongs to an EventFDFile, was closed by somebody else (error \(error)); close the file instead"
                )
            }
        }

        // MARK: The thread

        /// So many events at a time. More would not lie on the stack any more, and be an allocation for each pass.
        private static var batch: Int { 64 }

        /// Hears of what there is, waiting for it if it may, and tells the contexts. False: the end has come.
        package func pass(mayWait: Bool) -> Bool {
            unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: DescriptorPoller.batch) { events in
                touchKernel()
                var goesOn = true
                for index in 0..<(unsafe wait(for: set.number, events, mayWait: mayWait)) {
                    switch unsafe events[index].data.u64 {
                    case DescriptorPoller.roomKey: passRoom()
                    case DescriptorPoller.doorbellKey: goesOn = false
                    case let serial: if unsafe events[index].events & kp_epoll_input != 0 { deliver(serial) { $0.hearOfWrite() } }
                    }
                }
                return goesOn
            }
        }

        private func passRoom() {
            unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: DescriptorPoller.batch) { events in
                touchKernel()
                for index in 0..<(unsafe wait(for: roomSet.number, events, mayWait: false)) {
                    if unsafe events[index].events & kp_epoll_output != 0 { unsafe deliver(events[index].data.u64) { $0.hearOfRoom() } }
                }
            }
        }

        private func deliver(_ serial: UInt64, _ tell: (EventFDContext) -> Void) {
            guard let context = table.reference(to: serial) else { return }
            tell(context)
            context.put()
        }

        private func wait(for set: Int32, _ events: UnsafeMutableBufferPointer<epoll_event>, mayWait: Bool) -> Int {
            let reason: StaticString = "an event of a descriptor"
            if mayWait { unsafe kp_set_waits_for(UnsafeRawPointer(reason.utf8Start).assumingMemoryBound(to: CChar.self)) }
            defer { kp_set_waits_for(nil) }
            while true {
                let count = unsafe epoll_wait(set, events.baseAddress, Int32(events.count), mayWait ? -1 : 0)
                if count >= 0 { return Int(count) }
                if kp_errno() != EINTR {
                    misuse("descriptors cannot be waited for: error \(kp_errno()); somebody has closed a descriptor that is not theirs")
                }
            }
        }

        /// For an explorer, what the kernel keeps is one word that everybody writes: its own order of things is not to be seen otherwise.
        @inline(__always)
        package func touchKernel() {
            #if ScheduleExploration
                _ = kernelState.fetchAdd(1)
            #endif
        }

        #if ScheduleExploration
            private let kernelState = AtomicUInt32(0)

            /// For a scenario's thread that makes the passes.
            package static var atWork: DescriptorPoller? { current.poller }
        #endif
    }

    /// Returns an error number, or 0.
    private func control(_ set: Int32, _ operation: Int32, _ number: Int32, _ events: UInt32, _ key: UInt64) -> Int32 {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = key
        return unsafe epoll_ctl(set, operation, number, &event) == 0 ? 0 : kp_errno()
    }

    private func ring(_ number: Int32, _ value: UnsafePointer<UInt64>) { unsafe _ = write(number, value, 8) }
#endif
