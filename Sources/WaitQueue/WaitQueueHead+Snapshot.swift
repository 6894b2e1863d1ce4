// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WaitQueueHead {
    /// Copies who is queued at this moment.
    ///
    /// There is no corresponding kernel function.
    ///
    /// - Important: Context: takes the queue's lock, and copies under it; does not sleep. Allocates, but not under the lock. Not for wake functions
    ///   and where a wait queue is locked: there it is misuse.
    /// - Complexity: O(*n*) in the number of entries.
    public func snapshot() -> WaitQueueSnapshot {
        ExecutionContext.mightSleep("WaitQueueHead.snapshot()")
        return snapshot { _ in }
    }

    /// The same, and in the same section `more`, which must not allocate. It may be called once too often.
    package func snapshot(_ more: (WaitQueueHead) -> Void) -> WaitQueueSnapshot {
        var waiters: [WaitQueueSnapshot.Waiter] = []
        var wakes: UInt64 = 0
        // Room is made without the lock; if more have come meanwhile, once more.
        while let missing = copy(to: &waiters, &wakes, more) { waiters.reserveCapacity(missing + missing / 2) }
        return WaitQueueSnapshot(number: serial, waiters: waiters, wakes: wakes)
    }

    /// Returns how many there are, if there is not room for them.
    private func copy(
        to waiters: inout [WaitQueueSnapshot.Waiter],
        _ wakes: inout UInt64,
        _ more: (WaitQueueHead) -> Void
    ) -> Int? {
        // It may belong to a context that has ended.
        let locked = lockEvenIfEnded()
        defer { unlock(locked) }
        var count = 0
        var next = first
        while let node = unsafe next {
            count += 1
            unsafe next = unsafe node.pointee.next
        }
        if count > waiters.capacity { return count }
        unsafe next = first
        while let node = unsafe next {
            unsafe waiters.append(WaitQueueSnapshot.Waiter(of: node))
            unsafe next = unsafe node.pointee.next
        }
        wakes = walks
        more(self)
        return nil
    }
}

extension WaitQueueSnapshot.Waiter {
    /// Under the lock of the queue.
    fileprivate init(of node: WaitQueueNode.Pointer) {
        if unsafe node.pointee.isEntry {
            kind = .entry
        } else if unsafe node.pointee.isThread {
            kind = .thread
        } else {
            // Of what is no entry, only a task is settled when it has left the queue.
            kind = unsafe node.pointee.settlement != nil ? .task : .part
        }
        unsafe isExclusive = node.pointee.place == .exclusive
        unsafe isPriority = node.pointee.place == .priority || node.pointee.place == .front
        unsafe mask = node.pointee.mask
        unsafe isFileSleeper = node.pointee.isFileSleeper
    }
}

extension WaitQueueHead: CustomDebugStringConvertible {
    /// The queue in a few words, as `WaitQueueHead(wait queue 3, 2 waiters)`.
    ///
    /// - Important: Context: takes the queue's lock for a moment. May be called anywhere: inside a wake function, and wherever a wait queue is locked, it
    ///   says no more than the number.
    /// - Complexity: O(*n*) in the number of entries.
    public var debugDescription: String {
        if ExecutionContext.isAtomic { return "WaitQueueHead(wait queue \(serial))" }
        let count = countOfWaiters
        return "WaitQueueHead(wait queue \(serial), \(counted(count, "waiter")))"
    }

    private var countOfWaiters: Int {
        let locked = lockEvenIfEnded()
        defer { unlock(locked) }
        var count = 0
        var next = first
        while let node = unsafe next {
            count += 1
            unsafe next = unsafe node.pointee.next
        }
        return count
    }
}

extension WaitQueueEntry: CustomDebugStringConvertible {
    /// The entry in a few words, as `WaitQueueEntry(queued, mask [input])`.
    ///
    /// - Important: Context: takes no lock; may be called anywhere.
    public var debugDescription: String {
        let (isQueued, mask) = unsafe (node.pointee.queuedOn.load() != 0, node.pointee.mask)
        return "WaitQueueEntry(" + (isQueued ? "queued" : "not queued") + (mask == .all ? ")" : ", mask \(mask.description))")
    }
}
