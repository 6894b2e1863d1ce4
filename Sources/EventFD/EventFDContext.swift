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
    init(_ head: WaitQueueHead, initialValue: UInt64, isSemaphore: Bool) {
        head.owner.count = initialValue
        head.owner.isSemaphore = isSemaphore
        self.init(beginning: head) { EventFDContext(of: $0).settle() }
    }

    /// Takes the head, whose state is set, as a context that begins now.
    @inline(__always)
    init(beginning head: WaitQueueHead, putOff: @escaping (WaitQueueHead) -> Void) {
        head.owner.putOff = putOff
        head.owner.registrySlot = unsafe UInt32(EventFDDiagnostics.contexts.insert(Unmanaged.passUnretained(head).toOpaque()))
        Trace.begin(head)
        unsafe unmanaged = unsafe Unmanaged.passRetained(head)
    }

    init(of head: WaitQueueHead) { unsafe unmanaged = unsafe Unmanaged.passUnretained(head) }

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

    /// Takes a reference, unless the last one has been put. The caller keeps the context's memory, by a lock.
    func getUnlessEnded() -> Bool { unsafe unmanaged._withUnsafeGuaranteedRef { $0.kref.getUnlessZero() } }

    /// Inside a wake function the end, if this was the last reference, is put off until no wait queue lock is held.
    ///
    /// The corresponding kernel function is `eventfd_ctx_put`.
    package func put() {
        unsafe unmanaged._withUnsafeGuaranteedRef { head in
            unsafe Trace.note("put", head)
            if head.kref.put() { head.putOff() }
        }
    }

    /// The file was closed, and nobody else holds it: the hang-up and the file's reference, in one section where that is all there is.
    ///
    /// No wait queue lock is held by this thread.
    func closeAlone() {
        let (isDone, isEnded) = withLock { head, locked in
            // With a descriptor there is more to do, and without the lock.
            if head.owner.attachment != nil { return (false, false) }
            EventFDContext.hangUp(head, &locked)
            // The only reference is the file's, and nobody can take another one from a file that is closed.
            if !head.kref.isOnly { return (true, false) }
            head.letGoOfAll(&locked)
            return (true, true)
        }
        if isEnded { return finish() }
        if isDone { put() } else { releaseFile() }
    }

    /// The file is gone: one hang-up, and then the file's reference.
    ///
    /// The corresponding kernel function is `eventfd_release`.
    func releaseFile() { unsafe unmanaged._withUnsafeGuaranteedRef { $0.putOff() } }

    /// First the release of the file, later, when the kref has reached zero, the end. No wait queue lock is held.
    private func settle() {
        if hangUp() { put() } else { end() }
    }

    /// The one hang-up of the file; false: it has been.
    func hangUp() -> Bool {
        withLock { head, locked in
            if head.owner.hasHungUp { return false }
            EventFDContext.hangUp(head, &locked)
            return true
        }
    }

    private static func hangUp(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) {
        Tracing.begin(.eventFDRelease, head.serial)
        unsafe Trace.note("hang up", head)
        head.owner.hasHungUp = true
        EventFDContext.wake(.hangup, head, &locked)
        Tracing.end(.eventFDRelease)
    }

    /// The kref has reached zero: nobody uses the context any more.
    func end() {
        unsafe unmanaged._withUnsafeGuaranteedRef { $0.end() }
        finish()
    }

    private func finish() {
        unsafe unmanaged._withUnsafeGuaranteedRef { head in
            Tracing.instant(.eventFDFree, head.serial)
            EventFDDiagnostics.contexts.remove(Int(head.owner.registrySlot), counted: head.signals.load())
            let coalesced = head.coalesced.load()
            if coalesced != 0 { EventFDDiagnostics.endedCoalesced.add(coalesced) }
            Trace.end(head)
        }
        unsafe unmanaged.release()
    }

    // MARK: The counter, under the lock

    /// What a read takes: one of a semaphore that has any, else everything.
    ///
    /// The corresponding kernel function is `eventfd_ctx_do_read`.
    static func take(_ head: WaitQueueHead) -> UInt64 {
        // Zero stays zero, in semaphore mode too: there is nothing to take.
        let value = head.owner.isSemaphore && head.owner.count > 0 ? 1 : head.owner.count
        head.owner.count &-= value
        return value
    }

    static func hasRoom(_ head: WaitQueueHead, for value: UInt64) -> Bool { .max &- head.owner.count > value }

    /// The readiness table.
    ///
    /// The corresponding kernel function is `eventfd_poll`.
    static func readiness(_ count: UInt64) -> PollEvents {
        if count == 0 { return .output }
        if count < .max - 1 { return [.input, .output] }
        return count == .max ? [.input, .error] : .input
    }

    /// The corresponding kernel function is `eventfd_signal`.
    @inline(__always)
    func signal(_ n: UInt64) -> UInt64 { Tracing.isOn ? tracedSignal(n) : untracedSignal(n) }

    @inline(never)
    private func tracedSignal(_ n: UInt64) -> UInt64 {
        Tracing.begin(.eventFDSignal, id.serial, n)
        defer { Tracing.end(.eventFDSignal) }
        return untracedSignal(n)
    }

    @inline(__always)
    private func untracedSignal(_ n: UInt64) -> UInt64 {
        withLock { head, locked in
            unsafe Trace.note("signal", head)
            head.signals.bump()
            // Something to add, and room for all of it: one comparison.
            if n &- 1 < .max - head.owner.count {
                head.owner.count &+= n
                EventFDContext.wake(.input, head, &locked)
                return n
            }
            return EventFDContext.signalWithoutRoom(n, head, &locked)
        }
    }

    @inline(never)
    private static func signalWithoutRoom(_ n: UInt64, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> UInt64 {
        #if os(Linux)
            if head.owner.isOnDescriptor { return head.kernelCounter.signal(n) }
        #endif
        let added = min(n, .max - head.owner.count)
        head.owner.count += added
        EventFDContext.wake(.input, head, &locked)
        return added
    }

    @inline(__always)
    static func wake(_ events: PollEvents, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) {
        if locked.hasWaiters { _ = head.walk(&locked, events, maxExclusive: 1) }
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
            let events = EventFDContext.sample(head)
            unsafe Trace.note(events.contains(.input) ? "poll: there is input on" : "poll: there is no input on", head)
            return events
        }
    }

    /// What is ready for an irqfd that is queued already.
    private static func sample(_ head: WaitQueueHead) -> PollEvents {
        let events = readiness(head.owner.count)
        #if os(Linux)
            if events.contains(.error), head.owner.isOnDescriptor {
                // The first one that watches is told what is there already by the poller: not a second time by us.
                return head.kernelCounter.watch() ? [] : head.kernelCounter.readiness
            }
        #endif
        return events
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
            if head.owner.hooked == 0, EventFDContext.drain(head) { EventFDContext.wake(.output, head, &locked) }
        }
    }

    /// Takes what a read would take; false: there was nothing.
    private static func drain(_ head: WaitQueueHead) -> Bool {
        #if os(Linux)
            if head.owner.isOnDescriptor { return head.kernelCounter.read() != nil }
        #endif
        return take(head) > 0
    }
}
