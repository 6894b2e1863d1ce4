// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives
    internal import WaitQueue

    extension EventFDFile {
        /// Takes the counter, or one of a semaphore; suspends while it is zero, unless the file is non-blocking.
        ///
        /// The corresponding kernel function is `eventfd_read`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``EventFDError/interrupted`` when the task is cancelled; otherwise as the blocking form.
        public nonisolated(nonsending) func read() async throws(EventFDError) -> UInt64 {
            try hold()
            defer { drop() }
            while true {
                if let value = contextOfFile.withLock({ EventFDFile.takeIfReadable($0, &$1) }) { return value }
                try await suspend { EventFDFile.isReadable($0) }
            }
        }

        /// Adds to the counter; suspends while there is no room, unless the file is non-blocking.
        ///
        /// The corresponding kernel function is `eventfd_write`.
        ///
        /// - Important: Context: suspends; blocks no thread.
        /// - Throws: ``EventFDError/interrupted`` when the task is cancelled; otherwise as the blocking form.
        public nonisolated(nonsending) func write(_ value: UInt64) async throws(EventFDError) {
            try hold()
            defer { drop() }
            if value == .max { throw .invalidArgument }
            while true {
                if contextOfFile.withLock({ EventFDFile.addIfRoom(value, $0, &$1) }) { return }
                try await suspend { EventFDFile.hasRoom(for: value, $0) }
            }
        }

        private nonisolated(nonsending) func suspend(until isReady: (WaitQueueHead) -> Bool) async throws(EventFDError) {
            if isClosed { throw .badFileDescriptor }
            if isNonBlocking { throw .wouldBlock }
            do throws(WaitQueueError) {
                try await contextOfFile.head.waitInterruptiblyAsFileSleeper {
                    contextOfFile.withLock { head, _ in isReady(head) } || isClosed
                }
            } catch {
                throw .interrupted
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

        private static func isReadable(_ head: WaitQueueHead) -> Bool {
            #if os(Linux)
                if head.owner.isOnDescriptor {
                    head.kernelCounter.watch()
                    return head.kernelCounter.readiness.contains(.input)
                }
            #endif
            return head.owner.count > 0
        }

        private static func hasRoom(for value: UInt64, _ head: WaitQueueHead) -> Bool {
            #if os(Linux)
                if head.owner.isOnDescriptor {
                    head.kernelCounter.awaitRoom()
                    return head.kernelCounter.hasRoom(for: value)
                }
            #endif
            return EventFDContext.hasRoom(head, for: value)
        }
    }
#endif
