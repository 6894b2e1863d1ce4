// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    internal import CKernelPrimitives
    internal import KernelPrimitives
    internal import WaitQueue

    /// The counter of a context that stands on a descriptor: it is in the kernel, and other processes have it too.
    ///
    /// The context owns it, and with it the descriptor, until its end: whoever has a reference of the context may use the number. All
    /// of it is called under the lock of the context's wait queue, and nothing of it sleeps, but for what `write` says.
    final class KernelCounter: @unchecked Sendable {
        // @unchecked: the variables are guarded by the lock of the wait queue.

        let descriptor: EventFDDescriptor
        let poller: DescriptorPoller
        private let serial: UInt64
        /// The poller hears of writes.
        private var isWatched = false
        /// The poller hears of room.
        private var isRoomWatched = false
        /// Where the kernel shows the counter. Open from the beginning if writes might sleep, otherwise from the first look.
        private var information = OwnedDescriptor()
        /// Signals that found no room, and that the poller writes when there is some.
        private var owed: UInt64 = 0

        /// The poller is told of the descriptor, under that number, by the caller.
        init(_ descriptor: consuming EventFDDescriptor, poller: DescriptorPoller, serial: UInt64) throws(EventFDError) {
            let mayBlock = !descriptor.isNonBlocking
            self.descriptor = descriptor
            self.poller = poller
            self.serial = serial
            if mayBlock, !openInformation() {
                let error = kp_errno()
                // Without /proc it goes as it can.
                if error == EMFILE || error == ENFILE { throw EventFDError(systemError: error) }
            }
        }

        // MARK: Reading and writing

        /// Takes what a read takes, whatever the mode of the eventfd is; nil: the counter is zero.
        func read() -> UInt64? {
            poller.touchKernel()
            var value: UInt64 = 0
            if unsafe kp_read_now(descriptor.number, &value, 8) == 8 {
                Tracing.instant(.eventFDRead, serial, value)
                return value
            }
            requireNothingElse()
            return nil
        }

        /// Adds to the counter; false: there is no room.
        ///
        /// The open file may be one that blocks, and its flag belongs to others as well: so this asks for room first. Between question
        /// and write another process may fill the counter to the brim; then the write waits for its reader, under the lock.
        func write(_ value: UInt64) -> Bool {
            poller.touchKernel()
            if !hasRoom(for: value) { return false }
            var value = value
            Tracing.instant(.eventFDWrite, serial, value)
            if unsafe writeBytes(descriptor.number, &value) == 8 { return true }
            requireNothingElse()
            return false
        }

        func hasRoom(for value: UInt64) -> Bool {
            // For one, the kernel's readiness says it exactly.
            if value == 1 { return readiness.contains(.output) }
            if let count { return UInt64.max - count > value }
            // Not to be seen: then the kernel may say so itself, if that cannot put this thread to sleep.
            return descriptor.isNonBlocking || (value == 0 && readiness.contains(.output))
        }

        /// The counter, as the kernel shows it for reading by people; nil where it does not.
        var count: UInt64? {
            if !information.isOpen, !openInformation() { return nil }
            return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
                let start = text.baseAddress!
                let length = unsafe pread(information.number, start, text.count - 1, 0)
                if length <= 0 { return nil }
                unsafe text[length] = 0
                guard let line = unsafe strstr(start, "eventfd-count:") else { return nil }
                return unsafe UInt64(strtoull(line + 14, nil, 16))
            }
        }

        private func openInformation() -> Bool {
            let number = unsafe "/proc/self/fdinfo/\(descriptor.number)".withCString { unsafe kp_open_for_reading($0) }
            if number < 0 { return false }
            information = OwnedDescriptor(adopting: number)
            return true
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

        /// From now on the poller calls `findRoom` whenever somebody reads, and once if there is room already.
        ///
        /// Who asks looks again, or for the first time, after this: whatever is read from then on is heard of. Asking again changes nothing in
        /// the kernel: where there is room, but too little for who asks, that would be heard of again and again.
        func awaitRoom() {
            if isRoomWatched { return }
            isRoomWatched = true
            poller.setInterest(in: descriptor.number, serial, ofRoom: true)
        }

        /// Nobody is there who would be told.
        func awaitNoRoom() {
            isRoomWatched = false
            poller.setInterest(in: descriptor.number, serial, ofRoom: false)
        }

        /// How much of what is owed is written in one go, if readers keep making room: others want to be heard of, too.
        private static var partsAtATime: Int { 64 }

        /// There may be room: writes what is owed. True: there is room left.
        func findRoom() -> Bool {
            for _ in 0..<KernelCounter.partsAtATime where owed > 0 {
                let room = count.map { .max - 1 - min($0, .max - 1) } ?? 1
                let part = min(owed, room)
                // If it does not fit any more, it is looked at again.
                if part > 0, write(part) { owed -= part }
                if part == 0 { return false }
            }
            if owed > 0 {
                // Asked for anew, the kernel reports again what room there is.
                poller.setInterest(in: descriptor.number, serial, ofRoom: true)
                return false
            }
            return readiness.contains(.output)
        }

        // MARK: Mistakes

        /// That it would have to sleep, or that a signal ended a sleep which it should not have begun. Any other error means that the
        /// number is not ours any more.
        private func requireNothingElse() {
            if kp_errno() != EAGAIN, kp_errno() != EINTR { reportStolen() }
        }

        private func reportStolen() -> Never {
            misuse(
                "descriptor \(descriptor.number), which belongs to an EventFDFile, was closed by somebody else (error \(kp_errno())); close the file, "
                    + "or make the file from EventFDDescriptor(duplicating:)"
            )
        }
    }

    private func writeBytes(_ number: Int32, _ value: UnsafePointer<UInt64>) -> Int { unsafe write(number, value, 8) }
#endif
