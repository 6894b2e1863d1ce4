// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives
    internal import WaitQueue

    extension EventFDFile {
        /// Takes the counter, or one of a semaphore; suspends while it is zero, unless the file is non-blocking.
        ///
        /// A task that is cancelled is served if it need not wait, and a value that was taken is returned: nothing is lost.
        ///
        /// The corresponding kernel function is `eventfd_read`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``EventFDError/interrupted`` when the task is cancelled; otherwise as the blocking form.
        public nonisolated(nonsending) func read() async throws(EventFDError) -> UInt64 {
            try await take(until: nil, ContinuousClock())
        }

        /// Takes the counter, or one of a semaphore; suspends while it is zero, until the deadline, unless the file is non-blocking.
        ///
        /// With a deadline that has passed it takes what is there, and does not suspend.
        ///
        /// There is no corresponding kernel function: a program there polls with a timeout, and then reads.
        ///
        /// - Important: Context: suspends; blocks no thread. A task of its own sleeps on the clock, and is cancelled when the read is over.
        /// - Parameters:
        ///   - deadline: A moment on the clock.
        ///   - clock: Whose `sleep` ends when its task is cancelled.
        /// - Throws: ``EventFDError/timedOut`` when the deadline has come, ``EventFDError/interrupted`` when the task is cancelled, and nothing was
        ///   there to be taken; otherwise as the blocking form.
        public nonisolated(nonsending) func read<C: Clock>(
            until deadline: C.Instant,
            clock: C = ContinuousClock()
        ) async throws(EventFDError) -> UInt64 {
            try await take(until: deadline, clock)
        }

        /// Adds to the counter; suspends while there is no room, unless the file is non-blocking.
        ///
        /// The corresponding kernel function is `eventfd_write`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``EventFDError/interrupted`` when the task is cancelled, and nothing was added; otherwise as the blocking form.
        public nonisolated(nonsending) func write(_ value: UInt64) async throws(EventFDError) {
            try await add(value, until: nil, ContinuousClock())
        }

        /// Adds to the counter; suspends while there is no room, until the deadline, unless the file is non-blocking.
        ///
        /// With a deadline that has passed it adds if there is room, and does not suspend.
        ///
        /// There is no corresponding kernel function: a program there polls with a timeout, and then writes.
        ///
        /// - Important: Context: suspends; blocks no thread. A task of its own sleeps on the clock, and is cancelled when the write is over.
        /// - Parameters:
        ///   - value: What is added: all of it or nothing.
        ///   - deadline: A moment on the clock.
        ///   - clock: Whose `sleep` ends when its task is cancelled.
        /// - Throws: ``EventFDError/timedOut`` when the deadline has come, ``EventFDError/interrupted`` when the task is cancelled, and nothing was
        ///   added; otherwise as the blocking form.
        public nonisolated(nonsending) func write<C: Clock>(
            _ value: UInt64,
            until deadline: C.Instant,
            clock: C = ContinuousClock()
        ) async throws(EventFDError) {
            try await add(value, until: deadline, clock)
        }

        /// For ``Values``, which waits whatever the mode of the file is.
        nonisolated(nonsending) func nextValue() async throws(EventFDError) -> UInt64 {
            try await take(until: nil, ContinuousClock(), evenIfNonBlocking: true)
        }

        private nonisolated(nonsending) func take<C: Clock>(
            until deadline: C.Instant?,
            _ clock: C,
            evenIfNonBlocking: Bool = false
        ) async throws(EventFDError) -> UInt64 {
            try hold()
            defer { drop() }
            if let value = contextOfFile.withLock({ EventFDFile.takeIfReadable($0, &$1) }) { return value }
            if isNonBlocking, !evenIfNonBlocking { throw .wouldBlock }
            var value: UInt64?
            try await suspend(until: deadline, clock) {
                // The look takes what it finds: what was taken comes back, whatever else has ended the wait by then.
                value = contextOfFile.withLock { EventFDFile.watchAndTake($0, &$1) }
                return value != nil
            }
            guard let value else { throw .badFileDescriptor }
            return value
        }

        private nonisolated(nonsending) func add<C: Clock>(
            _ value: UInt64,
            until deadline: C.Instant?,
            _ clock: C
        ) async throws(EventFDError) {
            try hold()
            defer { drop() }
            if value == .max { throw .invalidArgument }
            if contextOfFile.withLock({ EventFDFile.addIfRoom(value, $0, &$1) }) { return }
            if isNonBlocking { throw .wouldBlock }
            var isAdded = false
            try await suspend(until: deadline, clock) {
                isAdded = contextOfFile.withLock { EventFDFile.awaitRoomAndAdd(value, $0, &$1) }
                return isAdded
            }
            if !isAdded { throw .badFileDescriptor }
        }

        private nonisolated(nonsending) func suspend<C: Clock>(
            until deadline: C.Instant?,
            _ clock: C,
            _ isDone: () -> Bool
        ) async throws(EventFDError) {
            do throws(WaitQueueError) {
                try await contextOfFile.head.waitInterruptiblyAsFileSleeper(
                    until: { isDone() || isClosed },
                    deadline: deadline,
                    clock: clock
                )
            } catch {
                throw error == .timedOut ? .timedOut : .interrupted
            }
        }

        // MARK: One look, under the lock, at whichever counter it is

        private static func takeIfReadable(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> UInt64? {
            #if os(Linux)
                if head.owner.isOnDescriptor {
                    let value = head.kernelCounter.read()
                    if value != nil, locked.hasWaiters { locked.wake(.output) }
                    return value
                }
            #endif
            return head.owner.count > 0 ? takeAndWake(head, &locked) : nil
        }

        private static func addIfRoom(_ value: UInt64, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> Bool {
            #if os(Linux)
                // The poller wakes the queue.
                if head.owner.isOnDescriptor { return head.kernelCounter.write(value) }
            #endif
            if !EventFDContext.hasRoom(head, for: value) { return false }
            addAndWake(value, head, &locked)
            return true
        }

        // MARK: The look of who waits: what comes after it is heard of

        private static func watchAndTake(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> UInt64? {
            #if os(Linux)
                if head.owner.isOnDescriptor { head.kernelCounter.watch() }
            #endif
            return takeIfReadable(head, &locked)
        }

        private static func awaitRoomAndAdd(_ value: UInt64, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> Bool {
            #if os(Linux)
                if head.owner.isOnDescriptor { head.kernelCounter.awaitRoom() }
            #endif
            return addIfRoom(value, head, &locked)
        }
    }
#endif
