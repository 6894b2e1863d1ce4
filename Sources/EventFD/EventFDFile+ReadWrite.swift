// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

extension EventFDFile {
    /// Takes the counter, or one of a semaphore; sleeps while it is zero, unless the file is non-blocking.
    ///
    /// Inside an async function, await the twin of this method: a synchronous closure there silently picks this blocking one.
    ///
    /// The corresponding kernel function is `eventfd_read`.
    ///
    /// - Important: Context: blocks the calling thread unless non-blocking; takes the wait queue's lock. Misuse inside a wake function.
    /// - Returns: The counter, which is zero then; or 1, and the counter is one less.
    /// - Throws: ``EventFDError/wouldBlock`` when the counter is zero and the file non-blocking; ``EventFDError/badFileDescriptor`` when the file
    ///   is closed, also while asleep.
    @available(*, noasync, message: "may block the thread; await the async read() instead")
    public func read() throws(EventFDError) -> UInt64 {
        try read("EventFDFile.read()", maySleep: !isNonBlocking)
    }

    /// Takes the counter, or one of a semaphore; does not sleep.
    ///
    /// The corresponding kernel function is `eventfd_read`, with `IOCB_NOWAIT`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Throws: ``EventFDError/wouldBlock`` when the counter is zero; ``EventFDError/badFileDescriptor`` when the file is closed.
    public func tryRead() throws(EventFDError) -> UInt64 {
        try read("EventFDFile.tryRead()", maySleep: false)
    }

    /// Adds to the counter; sleeps while there is no room, unless the file is non-blocking.
    ///
    /// Writing zero adds nothing and wakes the queue all the same.
    ///
    /// The corresponding kernel function is `eventfd_write`.
    ///
    /// - Important: Context: blocks the calling thread unless non-blocking; takes the wait queue's lock. Misuse inside a wake function.
    /// - Throws: ``EventFDError/invalidArgument`` for `UInt64.max`; ``EventFDError/wouldBlock`` when there is no room and the file is non-blocking;
    ///   ``EventFDError/badFileDescriptor`` when it is closed, also while asleep.
    @available(*, noasync, message: "may block the thread; await the async write(_:) instead")
    public func write(_ value: UInt64) throws(EventFDError) {
        try write(value, "EventFDFile.write(_:)", maySleep: !isNonBlocking)
    }

    /// Adds to the counter; does not sleep.
    ///
    /// The corresponding kernel function is `eventfd_write`, with `O_NONBLOCK`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Throws: ``EventFDError/invalidArgument`` for `UInt64.max`; ``EventFDError/wouldBlock`` when there is no room;
    ///   ``EventFDError/badFileDescriptor`` when the file is closed.
    public func tryWrite(_ value: UInt64) throws(EventFDError) {
        try write(value, "EventFDFile.tryWrite(_:)", maySleep: false)
    }

    // MARK: Without a hold

    // One section of the lock, in which the file is open: a close sets its bit before it takes the lock, so it is seen, or goes on after
    // the section. A hold is only for who gives the lock up in between. Whatever else there is, a closed file among it, is for the
    // others to find out.

    @inline(__always)
    private func read(_ call: StaticString, maySleep: @autoclosure () -> Bool) throws(EventFDError) -> UInt64 {
        refuseInWakeFunction(call)
        let value = takeIfOpenHere()
        if let value, value > 0 { return value }
        let maySleep = maySleep()
        if value == 0, !maySleep { throw .wouldBlock }
        return try readWithHold(call, maySleep: maySleep)
    }

    @inline(__always)
    private func write(_ value: UInt64, _ call: StaticString, maySleep: @autoclosure () -> Bool) throws(EventFDError) {
        refuseInWakeFunction(call)
        let isAdded = addIfOpenHere(value)
        if isAdded == true { return }
        let maySleep = maySleep()
        if isAdded == false, !maySleep, value < .max { throw .wouldBlock }
        try writeWithHold(value, call, maySleep: maySleep)
    }

    /// Zero: it is open, and there is nothing. Nil: it is not open here.
    @inline(__always)
    private func takeIfOpenHere() -> UInt64? {
        var locked = head.lockEvenIfEnded()
        defer { head.unlock(locked) }
        if !isOpenHere { return nil }
        if head.owner.count == 0 { return 0 }
        unsafe Trace.note("read", head)
        return EventFDFile.takeAndWake(head, &locked)
    }

    /// False: it is open, and there is no room, which `UInt64.max` never has. Nil: it is not open here.
    @inline(__always)
    private func addIfOpenHere(_ value: UInt64) -> Bool? {
        var locked = head.lockEvenIfEnded()
        defer { head.unlock(locked) }
        if !isOpenHere { return nil }
        if !EventFDContext.hasRoom(head, for: value) { return false }
        unsafe Trace.note("write", head)
        EventFDFile.addAndWake(value, head, &locked)
        return true
    }

    // MARK: With a hold

    private func readWithHold(_ call: StaticString, maySleep: Bool) throws(EventFDError) -> UInt64 {
        if !holdOwnCounter() { return try readDescriptor(call, maySleep: maySleep) }
        defer { drop() }
        let outcome: Result<UInt64, EventFDError> = contextOfFile.withLock { head, locked in
            if head.owner.count == 0 {
                if !maySleep { return .failure(.wouldBlock) }
                locked.waitAsFileSleeper(call) { _ in head.owner.count > 0 || isClosed }
                if head.owner.count == 0 { return .failure(.badFileDescriptor) }
            }
            return .success(EventFDFile.takeAndWake(head, &locked))
        }
        return try outcome.get()
    }

    private func writeWithHold(_ value: UInt64, _ call: StaticString, maySleep: Bool) throws(EventFDError) {
        if !holdOwnCounter() { return try writeDescriptor(value, call, maySleep: maySleep) }
        defer { drop() }
        if value == .max { throw .invalidArgument }
        let outcome: Result<Void, EventFDError> = contextOfFile.withLock { head, locked in
            if !EventFDContext.hasRoom(head, for: value) {
                if !maySleep { return .failure(.wouldBlock) }
                locked.waitAsFileSleeper(call) { _ in EventFDContext.hasRoom(head, for: value) || isClosed }
                if !EventFDContext.hasRoom(head, for: value) { return .failure(.badFileDescriptor) }
            }
            EventFDFile.addAndWake(value, head, &locked)
            return .success(())
        }
        try outcome.get()
    }

    static func takeAndWake(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> UInt64 {
        let value = EventFDContext.take(head)
        Tracing.instant(.eventFDRead, head.serial, value)
        EventFDContext.wake(.output, head, &locked)
        return value
    }

    static func addAndWake(_ value: UInt64, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) {
        Tracing.instant(.eventFDWrite, head.serial, value)
        head.owner.count &+= value
        EventFDContext.wake(.input, head, &locked)
    }
}
