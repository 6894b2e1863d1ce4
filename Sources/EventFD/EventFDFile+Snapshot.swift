// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

extension EventFDFile {
    /// Copies what the file is at this moment, and who waits for it.
    ///
    /// The corresponding kernel function is `eventfd_show_fdinfo`.
    ///
    /// - Important: Context: takes the wait queue's lock, and copies under it; does not sleep. Allocates, but not under the lock. Misuse inside a wake
    ///   function. Of a file that stands on a descriptor the counter is a system call.
    /// - Complexity: O(*n*) in the number of entries.
    public func snapshot() -> EventFDSnapshot {
        refuseInWakeFunction("EventFDFile.snapshot()")
        var facts = EventFDContext.Facts()
        let queue = head.snapshot { facts.copy($0) }
        return EventFDSnapshot(
            id: contextOfFile.id,
            isOpen: !isClosed,
            count: isClosed ? 0 : facts.count,
            isSemaphore: facts.isSemaphore,
            isNonBlocking: isNonBlocking,
            descriptor: facts.descriptor,
            irqfds: facts.irqfds,
            waiters: queue.waiters,
            signals: facts.signals,
            coalesced: facts.coalesced
        )
    }
}

extension EventFDFile: CustomDebugStringConvertible {
    /// The file in a few words, as `EventFDFile(eventfd 7, open, count 3, semaphore, 1 waiter, 1 irqfd)`.
    ///
    /// - Important: Context: takes the wait queue's lock for a moment. May be called anywhere: inside a wake function, and wherever a wait queue is
    ///   locked, it says only the number and whether the file is open. Of a file that stands on a descriptor it is a system call.
    /// - Complexity: O(*n*) in the number of entries.
    public var debugDescription: String {
        if ExecutionContext.isAtomic { return "EventFDFile(\(contextOfFile.id), \(isClosed ? "closed" : "open"))" }
        return "EventFDFile(" + listed(snapshot().parts) + ")"
    }
}

extension EventFDContext {
    /// What is copied under the lock: words only.
    struct Facts {
        var count: UInt64? = 0
        var isSemaphore = false
        var descriptor: Int32?
        var irqfds = 0
        var hasHungUp = false
        var signals: UInt64 = 0
        var coalesced: UInt64 = 0

        /// Under the lock. The context may have ended.
        mutating func copy(_ head: WaitQueueHead) {
            isSemaphore = head.owner.isSemaphore
            irqfds = Int(head.owner.hooked)
            hasHungUp = head.owner.hasHungUp
            signals = head.signals.load()
            coalesced = head.coalesced.load()
            count = head.owner.count
            #if os(Linux)
                // The descriptor goes with the attachment, before the end.
                if head.owner.isOnDescriptor {
                    let counter = head.owner.attachment == nil ? nil : head.kernelCounter
                    descriptor = counter?.descriptor.number
                    count = counter?.count
                }
            #endif
        }
    }

    /// What an owner of a reference sees.
    var descriptionOfReference: String {
        if ExecutionContext.isAtomic { return id.description }
        var facts = Facts()
        withLock { head, _ in facts.copy(head) }
        var parts = [id.description, facts.hasHungUp ? "file closed" : "file open"]
        parts.append(facts.count.map { "count \($0)" } ?? "count unknown")
        return listed(parts)
    }
}
