// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    internal import CKernelPrimitives
    internal import KernelPrimitives
    internal import WaitQueue

    /// The counter of a context that stands on a descriptor: it is in the kernel, and other processes have it too.
    ///
    /// The context owns it, and with it the descriptor, until its end: whoever has a reference of the context may use the number. All
    /// of it is called under the lock of the context's wait queue, and nothing of it sleeps.
    final class KernelCounter: @unchecked Sendable {
        // @unchecked: the variables are guarded by the lock of the wait queue.

        let descriptor: EventFDDescriptor
        let poller: DescriptorPoller
        private let serial: UInt64
        /// The poller hears of writes.
        private var isWatched = false
        /// The poller hears of room, and somebody has asked for some since it last did.
        private var isRoomWatched = false
        private var isRoomAwaited = false
        /// Signals that found no room, and that the poller writes when there is some.
        private var owed: UInt64 = 0

        /// The poller has been told of the descriptor, under that number.
        init(_ descriptor: consuming EventFDDescriptor, poller: DescriptorPoller, serial: UInt64) {
            self.descriptor = descriptor
            self.poller = poller
            self.serial = serial
        }

        // MARK: Reading and writing

        /// Takes what a read takes, whatever the mode of the eventfd is; nil: the counter is zero.
        func read() -> UInt64? {
            poller.touchKernel()
            var value: UInt64 = 0
            if unsafe kp_read_now(descriptor.number, &value, 8) == 8 { return value }
            require(EAGAIN)
            return nil
        }

        /// Adds to the counter; false: there is no room.
        ///
        /// The open file may be one that blocks, and its flag belongs to others as well: so this asks for room first. Between question
        /// and write another process may fill the counter to the brim; then the write waits for its reader.
        func write(_ value: UInt64) -> Bool {
            poller.touchKernel()
            if !hasRoom(for: value) { return false }
            var value = value
            if unsafe writeBytes(descriptor.number, &value) == 8 { return true }
            require(EAGAIN)
            return false
        }

        func hasRoom(for value: UInt64) -> Bool {
            // For one, the kernel's readiness says it exactly.
            if value != 1, let count = count { return UInt64.max - count > value }
            return readiness.contains(.output)
        }

        /// The counter, as the kernel shows it for reading by people; nil where it does not.
        var count: UInt64? {
            unsafe "/proc/self/fdinfo/\(descriptor.number)".withCString { path in
                guard let file = unsafe fopen(path, "re") else { return nil }
                defer { unsafe _ = fclose(file) }
                return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { line in
                    while unsafe fgets(line.baseAddress!, Int32(line.count), file) != nil {
                        let label: StaticString = "eventfd-count:"
                        if unsafe memcmp(line.baseAddress!, label.utf8Start, label.utf8CodeUnitCount) == 0 {
                            return unsafe UInt64(strtoull(line.baseAddress! + label.utf8CodeUnitCount, nil, 16))
                        }
                    }
                    return nil
                }
            }
        }

        /// What is ready now.
        var readiness: PollEvents {
            poller.touchKernel()
            var request = pollfd(fd: descriptor.number, events: Int16(POLLIN | POLLOUT), revents: 0)
            _ = unsafe poll(&request, 1, 0)
            if Int32(request.revents) & Int32(POLLNVAL) != 0 { reportStolen() }
            return PollEvents(rawValue: UInt32(UInt16(bitPattern: request.revents)))
        }

        /// Adds, and never blocks: what finds no room is handed over to the poller's thread. How much was added.
        func signal(_ n: UInt64) -> UInt64 {
            // More than a write can carry is more than any counter has room for.
            let n = min(n, .max - 1)
            if owed == 0, write(n) { return n }
            owed = owed > .max - n ? .max : owed + n
            awaitRoom()
            return 0
        }

        // MARK: What the poller is asked for

        /// From now on each write, of whomever, wakes the wait queue. True: it is the first time, and what is there already is
        /// reported in the same way.
        @discardableResult
        func watch() -> Bool {
            if isWatched { return false }
            isWatched = true
            poller.setInterest(in: descriptor.number, serial, ofWrites: true)
            return true
        }

        /// The poller calls `findRoom` when there is room, and once if there is some already.
        ///
        /// Who asks looks again, or for the first time, after this: whatever is read from then on is heard of. Asking again changes nothing in
        /// the kernel: where there is room, but too little for who asks, that would be heard of again and again.
        func awaitRoom() {
            isRoomAwaited = true
            if isRoomWatched { return }
            isRoomWatched = true
            poller.setInterest(in: descriptor.number, serial, ofRoom: true)
        }

        /// There may be room: writes what is owed. True: there is room left, and somebody has asked for it.
        func findRoom() -> Bool {
            while owed > 0 {
                let room = count.map { .max - 1 - min($0, .max - 1) } ?? 1
                let part = min(owed, room)
                if part == 0 || !write(part) { return false }
                owed -= part
            }
            if !readiness.contains(.output) { return false }
            if isRoomAwaited {
                isRoomAwaited = false
                return true
            }
            isRoomWatched = false
            poller.setInterest(in: descriptor.number, serial, ofRoom: false)
            return false
        }

        // MARK: Mistakes

        /// The one error that is expected; any other one means that the number is not ours any more.
        private func require(_ error: Int32) {
            if kp_errno() != error { reportStolen() }
        }

        private func reportStolen() -> Never {
            misuse(
                "descriptor \(descriptor.number), which belongs to an EventFDFile, was closed by somebody else; close the file, or make the "
                    + "file from EventFDDescriptor(duplicating:)"
            )
        }
    }

    private func writeBytes(_ number: Int32, _ value: UnsafePointer<UInt64>) -> Int { unsafe write(number, value, 8) }
#endif
