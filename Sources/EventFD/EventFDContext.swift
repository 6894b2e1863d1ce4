// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
package import WaitQueue

/// The counter and its wait queue, which live as long as anybody has a reference, the file or not.
///
/// It is a view of one object, the wait queue head, in which its state is kept under the head's lock: see `OwnerState`. Whoever
/// uses it has a reference of its kref; with the last one it is *ended*.
///
/// The corresponding kernel structure is `struct eventfd_ctx`.
@safe
package struct EventFDContext: Equatable, Sendable {
    /// Retained once for all references that the kref counts, and released when it reaches zero.
    private let unmanaged: Unmanaged<WaitQueueHead>

    /// Makes a context; the caller has the one reference.
    init(initialValue: UInt64, isSemaphore: Bool) {
        let head = WaitQueueHead()
        head.owner.count = initialValue
        head.owner.isSemaphore = isSemaphore
        head.owner.putOff = { EventFDContext(of: $0).settle() }
        head.owner.registrySlot = EventFDDiagnostics.contexts.insert(head)
        Trace.begin(head)
        unsafe unmanaged = unsafe Unmanaged.passRetained(head)
    }

    private init(of head: WaitQueueHead) { unsafe unmanaged = unsafe Unmanaged.passUnretained(head) }

    package static func == (left: EventFDContext, right: EventFDContext) -> Bool {
        unsafe left.unmanaged.toOpaque() == right.unmanaged.toOpaque()
    }

    /// The wait queue, for who registers there. The caller has a reference of the context for as long as it uses the queue.
    package var head: WaitQueueHead { unsafe unmanaged.takeUnretainedValue() }

    package var id: EventFDContextID { unsafe EventFDContextID(serial: unmanaged._withUnsafeGuaranteedRef { $0.serial }) }

    /// Nothing is retained for the call: the caller has a reference of the context.
    @inline(__always)
    func withLock<R>(_ body: (WaitQueueHead, inout WaitQueueHead.Locked) -> R) -> R {
        unsafe unmanaged._withUnsafeGuaranteedRef { head in
            // Not the head's own withLock: a generic function of another module is not specialised here.
            var locked = head.lock()
            defer { head.unlock(locked) }
            return body(head, &locked)
        }
    }

    // MARK: References

    /// The corresponding kernel function is `eventfd_ctx_get`.
    package func get() {
        unsafe unmanaged._withUnsafeGuaranteedRef { head in
            unsafe Trace.note("get", head)
            head.kref.get()
        }
    }

    /// Inside a wake function the end, if this was the last reference, is put off until no wait queue lock is held.
    ///
    /// The corresponding kernel function is `eventfd_ctx_put`.
    package func put() {
        unsafe unmanaged._withUnsafeGuaranteedRef { head in
            unsafe Trace.note("put", head)
            if head.kref.put() { head.putOff() }
        }
    }

    /// The file is gone: one hang-up, and then the file's reference.
    ///
    /// The corresponding kernel function is `eventfd_release`.
    func releaseFile() { unsafe unmanaged._withUnsafeGuaranteedRef { $0.putOff() } }

    /// First the release of the file, later, when the kref has reached zero, the end. No wait queue lock is held.
    private func settle() {
        let isRelease = withLock { head, locked in
            if head.owner.hasHungUp { return false }
            unsafe Trace.note("hang up", head)
            head.owner.hasHungUp = true
            locked.wake(.hangup)
            return true
        }
        if isRelease {
            put()
        } else {
            unsafe unmanaged._withUnsafeGuaranteedRef { head in
                EventFDDiagnostics.contexts.remove(head.owner.registrySlot, counted: head.signals.load())
                head.end()
                Trace.end(head)
            }
            unsafe unmanaged.release()
        }
    }

    // MARK: The counter, under the lock

    /// What a read takes: one of a semaphore that has any, else everything.
    ///
    /// The corresponding kernel function is `eventfd_ctx_do_read`.
    static func take(_ head: WaitQueueHead) -> UInt64 {
        // Zero stays zero, in semaphore mode too: there is nothing to take.
        let value = head.owner.isSemaphore && head.owner.count > 0 ? 1 : head.owner.count
        head.owner.count -= value
        return value
    }

    static func hasRoom(_ head: WaitQueueHead, for value: UInt64) -> Bool { UInt64.max - head.owner.count > value }

    /// The readiness table.
    ///
    /// The corresponding kernel function is `eventfd_poll`.
    static func readiness(_ count: UInt64) -> PollEvents {
        var events: PollEvents = []
        if count > 0 { events.insert(.input) }
        if count == .max { events.insert(.error) }
        if count < .max - 1 { events.insert(.output) }
        return events
    }

    /// The corresponding kernel function is `eventfd_signal`.
    @inline(__always)
    func signal(_ n: UInt64) -> UInt64 {
        withLock { head, locked in
            unsafe Trace.note("signal", head)
            head.signals.bump()
            let added = min(n, .max - head.owner.count)
            head.owner.count += added
            if locked.hasWaiters { locked.wake(.input) }
            return added
        }
    }

    // MARK: Irqfds

    /// Queues the node of an irqfd and samples the readiness, in this order: nothing can come in between unseen.
    ///
    /// The corresponding kernel functions are `eventfd_poll` and the `poll_table`'s function, `irqfd_ptable_queue_proc`.
    package func hook(_ node: WaitQueueNode.Pointer) -> PollEvents {
        withLock { head, locked in
            unsafe Trace.note("hook", head, node)
            unsafe locked.add(node)
            head.owner.hooked += 1
            unsafe Trace.note(head.owner.count > 0 ? "poll: there is input on" : "poll: there is no input on", head)
            return EventFDContext.readiness(head.owner.count)
        }
    }

    /// Takes the node off the queue: when this returns, its function is not running and will not run.
    ///
    /// In the same section the counter is drained, as a read would: what was signalled for this irqfd must not interrupt the
    /// next one. But not if another irqfd is hooked here, whose event it may be.
    ///
    /// The corresponding kernel function is `eventfd_ctx_remove_wait_queue`.
    package func unhook(_ node: WaitQueueNode.Pointer) {
        withLock { head, locked in
            unsafe Trace.note("unhook", head, node)
            unsafe locked.remove(node)
            head.owner.hooked -= 1
            if head.owner.hooked == 0, EventFDContext.take(head) > 0, locked.hasWaiters { locked.wake(.output) }
        }
    }
}
