// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

extension EventFDFile {
    /// Lends a descriptor that is readable exactly while this file is: for epoll, kqueue, poll and whatever else waits for descriptors.
    ///
    /// It is made for the first who asks, and costs nothing before; from then on a change of the file's readiness is one system call. The file
    /// owns it, and closes it at its release: an epoll set forgets it at that moment. Wait for it, and read the file; to read, write or close
    /// the descriptor is misuse. Of a file that stands on a descriptor it is that one.
    ///
    /// While the closure runs the file is held, so the number cannot become somebody else's. Do not keep it for longer than the file is open.
    /// A duplicate may outlive the file: after the release it is not readable any more (where there are no eventfds it reads an end then).
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. The closure is called without any lock. Misuse inside a wake function.
    /// - Throws: ``EventFDError/badFileDescriptor`` when the file is closed; ``EventFDError/tooManyOpenFiles``,
    ///   ``EventFDError/tooManyOpenFilesInSystem``, ``EventFDError/noMemory`` when there can be no descriptor.
    /// - Complexity: O(1)
    public func withPollableDescriptor<R: ~Copyable>(_ body: (Int32) -> R) throws(EventFDError) -> R {
        refuseInWakeFunction("EventFDFile.withPollableDescriptor(_:)")
        if !holdOwnCounter() { return try lendDescriptor(body) }
        defer { drop() }
        return body(try contextOfFile.pollableDescriptor())
    }
}

// MARK: What goes to the kernel's counter

extension EventFDFile {
    #if os(Linux)
        func lendDescriptor<R: ~Copyable>(_ body: (Int32) -> R) throws(EventFDError) -> R {
            try hold()
            defer { drop() }
            return body(contextOfFile.head.kernelCounter.descriptor.number)
        }

        @inline(never)
        func readDescriptor(_ call: StaticString, maySleep: Bool) throws(EventFDError) -> UInt64 {
            try hold()
            defer { drop() }
            let value = contextOfFile.withLock { head, locked -> UInt64? in
                let counter = head.kernelCounter
                var value = counter.read()
                if value == nil, maySleep {
                    EventFDFile.refuseOnPoller(call)
                    counter.watch()
                    locked.waitAsFileSleeper(call) { _ in
                        value = counter.read()
                        return value != nil || isClosed
                    }
                }
                if value != nil, locked.hasWaiters { locked.wake(.output) }
                return value
            }
            if let value { return value }
            throw maySleep ? .badFileDescriptor : .wouldBlock
        }

        @inline(never)
        func writeDescriptor(_ value: UInt64, _ call: StaticString, maySleep: Bool) throws(EventFDError) {
            try hold()
            defer { drop() }
            if value == .max { throw .invalidArgument }
            let isWritten = contextOfFile.withLock { head, locked in
                let counter = head.kernelCounter
                if counter.write(value) { return true }
                // A sleeper asks before each look; and others may want to hear of the room as well.
                counter.awaitRoom()
                if !maySleep { return false }
                EventFDFile.refuseOnPoller(call)
                var isWritten = false
                locked.waitAsFileSleeper(call) { _ in
                    isWritten = counter.write(value)
                    if !isWritten { counter.awaitRoom() }
                    return isWritten || isClosed
                }
                return isWritten
            }
            if !isWritten { throw maySleep ? .badFileDescriptor : .wouldBlock }
        }

        @inline(never)
        func pollDescriptor(_ table: PollTable?) -> PollEvents {
            do throws(EventFDError) { try hold() } catch { return .invalid }
            defer { drop() }
            table?.register(with: contextOfFile.head)
            return contextOfFile.withLock { head, _ in
                // Before the look: what comes after it is reported to whoever was just registered.
                if table != nil { head.kernelCounter.watch() }
                let events = head.kernelCounter.readiness
                // Who has been shown the queue before may look again like this, and wait.
                if !events.contains(.output) { head.kernelCounter.awaitRoom() }
                return events
            }
        }

        var countBehindDescriptor: UInt64 {
            do throws(EventFDError) { try hold() } catch { return 0 }
            defer { drop() }
            return contextOfFile.withLock { head, _ in head.kernelCounter.count ?? 0 }
        }

        /// A user's deinit may run there, and read a file.
        private static func refuseOnPoller(_ call: StaticString) {
            if ExecutionContext.pollsDescriptors {
                misuse(
                    "\(call) was called in the thread that hears of the events of descriptors, for which it would wait; enqueue a Work that makes the call"
                )
            }
        }
    #else
        // Only a closed file comes here: there are no others whose own counter cannot be held. (Not run yet on macOS.)

        @inline(never)
        func lendDescriptor<R: ~Copyable>(_ body: (Int32) -> R) throws(EventFDError) -> R { throw .badFileDescriptor }
        func readDescriptor(_ call: StaticString, maySleep: Bool) throws(EventFDError) -> UInt64 { throw .badFileDescriptor }
        @inline(never)
        func writeDescriptor(_ value: UInt64, _ call: StaticString, maySleep: Bool) throws(EventFDError) { throw .badFileDescriptor }
        @inline(never)
        func pollDescriptor(_ table: PollTable?) -> PollEvents { .invalid }
        var countBehindDescriptor: UInt64 { 0 }
    #endif
}
