// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

extension WaitQueueHead {
    /// Sleeps until the condition holds; it is looked at first, and again after each wake of this queue.
    ///
    /// Whoever makes the condition true must wake this queue afterwards. Inside an async function, await the twin of this
    /// method: a synchronous closure there silently picks this blocking one.
    ///
    /// The corresponding kernel macro is `wait_event`.
    ///
    /// - Important: Context: blocks the calling thread. The condition is called without any lock. Misuse inside a wake function and under any
    ///   wait queue's lock.
    @available(*, noasync, message: "blocks the thread; await the async wait(until:) instead")
    public func wait(until condition: () -> Bool) {
        _ = sleep("WaitQueueHead.wait(until:)", at: .plain, until: .never, condition)
    }

    /// Sleeps until the condition holds, as an exclusive waiter: a wake for one wakes one of these, the one that has waited longest.
    ///
    /// A waiter that is woken while it sees the condition hold by itself has no use for the wake: the next one is woken instead.
    ///
    /// The corresponding kernel macro is `wait_event_exclusive_cmd`.
    ///
    /// - Important: Context: as ``WaitQueueHead/wait(until:)-6zk67``.
    @available(*, noasync, message: "blocks the thread; await the async wait(until:exclusive:) instead")
    public func wait(until condition: () -> Bool, exclusive: Bool) {
        _ = sleep("WaitQueueHead.wait(until:exclusive:)", at: exclusive ? .exclusive : .plain, until: .never, condition)
    }

    /// Sleeps until the condition holds, or the time is over.
    ///
    /// The corresponding kernel macro is `wait_event_timeout`.
    ///
    /// - Important: Context: as ``WaitQueueHead/wait(until:)-6zk67``. The time runs on the monotonic clock.
    /// - Returns: The condition: false means timed out and still false, when it was looked at once more after the time was over.
    @available(*, noasync, message: "blocks the thread; await the async wait(until:timeout:) instead")
    public func wait(until condition: () -> Bool, timeout: Duration) -> Bool {
        sleep("WaitQueueHead.wait(until:timeout:)", at: .plain, until: Deadline(after: timeout), condition)
    }

    /// Sleeps until the condition holds, or the time is over, as an exclusive waiter.
    ///
    /// The corresponding kernel macros are `wait_event_timeout` and `prepare_to_wait_exclusive`.
    ///
    /// - Important: Context: as ``WaitQueueHead/wait(until:)-6zk67``. The time runs on the monotonic clock.
    /// - Returns: The condition: false means timed out and still false.
    @available(*, noasync, message: "blocks the thread; await the async wait(until:timeout:exclusive:) instead")
    public func wait(until condition: () -> Bool, timeout: Duration, exclusive: Bool) -> Bool {
        sleep(
            "WaitQueueHead.wait(until:timeout:exclusive:)",
            at: exclusive ? .exclusive : .plain,
            until: Deadline(after: timeout),
            condition
        )
    }

    private func sleep(_ call: StaticString, at place: WaitQueueNode.Place, until deadline: Deadline, _ condition: () -> Bool) -> Bool {
        ExecutionContext.mightSleep(call)
        if condition() { return true }
        return unsafe ThreadWaiter.with { waiter in
            let node = unsafe ThreadWaiter.node(of: waiter)
            while true {
                unsafe prepareToWait(waiter, at: place)
                // After the node is queued: a wake from now on is seen, and what was done before it is seen here.
                if condition() {
                    unsafe finishWait(node) { locked in
                        // It has not slept for the wake that chose it, if one did: the turn is another's.
                        if place == .exclusive { unsafe passTurn(waiter.pointee.wokenBy, &locked) }
                    }
                    return true
                }
                let isNotified = unsafe waiter.pointee.parker.park("a wake of a wait queue", until: deadline)
                // Looked at also after a wake: a condition that wakes its own queue would prolong the wait for ever.
                if !isNotified || (deadline != .never && deadline.hasPassed) {
                    // Off the queue before the last look: a wake that chose this waiter made the condition true before.
                    unsafe finishWait(node)
                    if condition() { return true }
                    // It leaves with a turn, if a wake chose it: that is another's.
                    if place == .exclusive { withLock { locked in unsafe passTurn(waiter.pointee.wokenBy, &locked) } }
                    return false
                }
            }
        }
    }

    /// The corresponding kernel function is `prepare_to_wait`.
    private func prepareToWait(_ waiter: UnsafeMutablePointer<ThreadWaiter>, at place: WaitQueueNode.Place) {
        withLock { _ in
            let node = unsafe ThreadWaiter.node(of: waiter)
            if unsafe isQueued(node) { return }
            unsafe waiter.pointee.wokenBy = []
            unsafe link(node, at: place)
        }
    }

    /// Gives a turn on that an exclusive waiter was given while it saw the condition hold by itself, or when it had given up already.
    ///
    /// Where a condition takes what it finds, it may have taken what an earlier wake was for, and that wake's waiter has slept on.
    /// In the kernel the turn is lost then: `wait_event_exclusive_cmd` leaves without a look at who has woken it.
    func passTurn(_ events: PollEvents, _ locked: inout Locked) {
        _ = walk(&locked, events, maxExclusive: 1, onlyExclusive: true)
    }

    /// Takes the lock also when the node is off the queue already: its waker may still be at the node, under that lock.
    ///
    /// The corresponding kernel function is `finish_wait`.
    private func finishWait(_ node: WaitQueueNode.Pointer, unlessQueued body: (inout Locked) -> Void = { _ in }) {
        withLock { locked in
            if unsafe !locked.remove(node) { body(&locked) }
        }
    }
}

extension WaitQueueHead.Locked {
    /// Sleeps until the condition, which is looked at under the lock, holds; the lock is given up while asleep.
    ///
    /// The corresponding kernel macro is `wait_event_interruptible_locked`.
    ///
    /// - Important: Context: blocks the calling thread. Only inside ``WaitQueueHead/withLock(_:)``, with no other wait queue's lock held; inside a wake
    ///   function it is misuse.
    @available(*, noasync, message: "blocks the thread")
    public mutating func wait(until condition: (inout WaitQueueHead.Locked) -> Bool) {
        _ = sleep("WaitQueueHead.Locked.wait(until:)", until: .never, isFileSleeper: false, condition)
    }

    /// Sleeps until the condition, which is looked at under the lock, holds, or the time is over.
    ///
    /// The corresponding kernel macros are `wait_event_interruptible_locked` and `wait_event_timeout`.
    ///
    /// - Important: Context: as ``wait(until:)``. The time runs on the monotonic clock.
    /// - Returns: The condition: false means timed out and still false.
    @available(*, noasync, message: "blocks the thread")
    public mutating func wait(until condition: (inout WaitQueueHead.Locked) -> Bool, timeout: Duration) -> Bool {
        sleep("WaitQueueHead.Locked.wait(until:timeout:)", until: Deadline(after: timeout), isFileSleeper: false, condition)
    }

    /// As `wait(until:)`, for a reader or writer of an open file, which a close wakes.
    package mutating func waitAsFileSleeper(_ call: StaticString, until condition: (inout WaitQueueHead.Locked) -> Bool) {
        _ = sleep(call, until: .never, isFileSleeper: true, condition)
    }

    private mutating func sleep(
        _ call: StaticString,
        until deadline: Deadline,
        isFileSleeper: Bool,
        _ condition: (inout WaitQueueHead.Locked) -> Bool
    ) -> Bool {
        let head = unsafe self.head.takeUnretainedValue()
        // Inside one of this queue's wake functions, or with another queue's lock, which is so inside another queue's.
        if head.isWalking || !ExecutionContext.holdsOneWaitQueueLock { ExecutionContext.mightSleep(call) }
        if condition(&self) { return true }
        return unsafe ThreadWaiter.with(isFileSleeper: isFileSleeper) { waiter in
            let node = unsafe ThreadWaiter.node(of: waiter)
            while true {
                if unsafe !head.isQueued(node) { unsafe head.link(node, at: .plain) }
                head.unlockUnchecked()
                let isNotified = unsafe waiter.pointee.parker.park("a wake of a wait queue, to look again under its lock", until: deadline)
                relock(head)
                let holds = condition(&self)
                if holds || !isNotified || (deadline != .never && deadline.hasPassed) {
                    unsafe remove(node)
                    return holds
                }
            }
        }
    }

    private func relock(_ head: WaitQueueHead) {
        // The view that the caller has goes on being the view of this lock.
        let again = head.lock()
        _ = again.isView(of: head)
    }
}

extension WaitQueueHead {
    /// Wakes the readers and writers that sleep on the file this queue belongs to, and nobody else: no wake function runs.
    package func wakeFileSleepers() {
        withLock { locked in
            var next = first
            while let node = unsafe next {
                unsafe next = unsafe node.pointee.next
                if unsafe node.pointee.isFileSleeper { _ = unsafe WaitQueueNode.call(node, .all, &locked) }
            }
        }
    }
}
