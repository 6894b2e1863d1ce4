// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
public import WaitQueue

/// An open eventfd: a 64-bit counter that one side adds to and the other waits for.
///
/// Sharing the object is sharing the file. ``close()``, or dropping the last reference to the object, closes it: its wait
/// queue is woken once with `PollEvents.hangup`, as soon as the last operation in flight has ended. (That is a wake for one: of the
/// exclusive entries, those behind the first that returns `.woken` are not told.) The counter and its wait queue live on while anybody
/// has an ``EventFDContextReference``. Import WaitQueue beside this module to poll.
///
/// The corresponding kernel structure is the `struct file` of an eventfd.
@safe
public final class EventFDFile: @unchecked Sendable {
    // @unchecked: the words are atomics, and the context never changes.

    private static var closed: UInt32 { 1 << 31 }

    /// The file has one reference of its kref, until its release. Touched only while the file is held.
    private let contextOfFile: EventFDContext
    /// Who holds the file: one for being open, one for each operation in flight; and the closed bit, after which nobody gets in.
    private let holds = AtomicUInt32(1)
    private let nonBlocking: AtomicUInt32

    /// Opens an eventfd.
    ///
    /// The corresponding kernel function is `eventfd2`.
    ///
    /// - Parameters:
    ///   - initialValue: The counter to begin with: 32 bits, as in the kernel.
    ///   - flags: Unknown flags are misuse.
    public init(initialValue: UInt32 = 0, flags: EventFDFlags = []) {
        if !EventFDFlags.known.isSuperset(of: flags) {
            misuse("EventFDFile: unknown flags 0x\(String(flags.subtracting(.known).rawValue, radix: 16)); use .semaphore and .nonBlocking")
        }
        contextOfFile = EventFDContext(initialValue: UInt64(initialValue), isSemaphore: flags.contains(.semaphore))
        nonBlocking = AtomicUInt32(flags.contains(.nonBlocking) ? 1 : 0)
        EventFDDiagnostics.files.add(1)
    }

    deinit {
        // The last reference is the last close. No operation is in flight: each has a reference to this object.
        if holds.load() & EventFDFile.closed == 0 { contextOfFile.releaseFile() }
        EventFDDiagnostics.files.subtract(1)
    }

    // MARK: Holding the file

    /// The context. The caller holds the file.
    package var context: EventFDContext { contextOfFile }

    /// Keeps the file from being released until `drop`; fails once it is closed.
    ///
    /// The corresponding kernel function is `eventfd_fget`.
    package func hold() throws(EventFDError) {
        var current = holds.load()
        while current & EventFDFile.closed == 0 {
            if holds.compareExchange(current, with: current + 1) { return }
            current = holds.load()
        }
        throw .badFileDescriptor
    }

    /// The last one to let go of a closed file releases it.
    ///
    /// The corresponding kernel function is `fput`.
    package func drop() {
        if holds.fetchSubtract(1) == EventFDFile.closed | 1 { contextOfFile.releaseFile() }
    }

    private var isClosed: Bool { holds.load() & EventFDFile.closed != 0 }

    /// Closes the file: every later operation throws ``EventFDError/badFileDescriptor``, and so do readers and writers that sleep on it now.
    ///
    /// The hang-up goes out when the last operation in flight has ended, which may be after this returns.
    ///
    /// The corresponding kernel function is `close`. (There a sleeping reader sleeps on.)
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Throws: ``EventFDError/badFileDescriptor`` when the file is closed already.
    public func close() throws(EventFDError) {
        refuseInWakeFunction("EventFDFile.close()")
        var current = holds.load()
        while true {
            if current & EventFDFile.closed != 0 { throw .badFileDescriptor }
            if holds.compareExchange(current, with: current | EventFDFile.closed) { break }
            current = holds.load()
        }
        unsafe Trace.note("close", contextOfFile.head)
        // The hold for being open is still there, so the context is. A sleeper looks at the closed bit after it is queued,
        // under the lock that is taken here: it sees the bit, or is woken.
        contextOfFile.head.wakeFileSleepers()
        drop()
    }

    // MARK: Reading and writing

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
        refuseInWakeFunction("EventFDFile.read()")
        return try read("EventFDFile.read()", maySleep: nonBlocking.load() == 0)
    }

    /// Takes the counter, or one of a semaphore; does not sleep.
    ///
    /// The corresponding kernel function is `eventfd_read`, with `IOCB_NOWAIT`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Throws: ``EventFDError/wouldBlock`` when the counter is zero; ``EventFDError/badFileDescriptor`` when the file is closed.
    public func tryRead() throws(EventFDError) -> UInt64 {
        refuseInWakeFunction("EventFDFile.tryRead()")
        return try read("EventFDFile.tryRead()", maySleep: false)
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
        refuseInWakeFunction("EventFDFile.write(_:)")
        try write(value, "EventFDFile.write(_:)", maySleep: nonBlocking.load() == 0)
    }

    /// Adds to the counter; does not sleep.
    ///
    /// The corresponding kernel function is `eventfd_write`, with `O_NONBLOCK`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Throws: ``EventFDError/invalidArgument`` for `UInt64.max`; ``EventFDError/wouldBlock`` when there is no room;
    ///   ``EventFDError/badFileDescriptor`` when the file is closed.
    public func tryWrite(_ value: UInt64) throws(EventFDError) {
        refuseInWakeFunction("EventFDFile.tryWrite(_:)")
        try write(value, "EventFDFile.tryWrite(_:)", maySleep: false)
    }

    private func read(_ call: StaticString, maySleep: Bool) throws(EventFDError) -> UInt64 {
        try hold()
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

    private func write(_ value: UInt64, _ call: StaticString, maySleep: Bool) throws(EventFDError) {
        try hold()
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

    private static func takeAndWake(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) -> UInt64 {
        let value = EventFDContext.take(head)
        if locked.hasWaiters { locked.wake(.output) }
        return value
    }

    private static func addAndWake(_ value: UInt64, _ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) {
        head.owner.count += value
        if locked.hasWaiters { locked.wake(.input) }
    }

    // MARK: Looking

    /// Shows the wait queue to the table, and then reports what is ready.
    ///
    /// Counter 0: output; up to the largest value less two: input and output; the largest less one: input; the largest, which
    /// only a signal reaches: input and error.
    ///
    /// The corresponding kernel function is `eventfd_poll`.
    ///
    /// - Important: Context: calls the table without any lock, then takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    /// - Returns: What is ready; of a closed file `PollEvents.invalid` alone, and the table is not called.
    public func poll(_ table: PollTable? = nil) -> PollEvents {
        refuseInWakeFunction("EventFDFile.poll(_:)")
        do throws(EventFDError) { try hold() } catch { return .invalid }
        defer { drop() }
        table?.register(with: contextOfFile.head)
        return contextOfFile.withLock { head, _ in EventFDContext.readiness(head.owner.count) }
    }

    /// The counter at this moment; of a closed file 0.
    ///
    /// The corresponding kernel value is `eventfd-count` in `/proc/PID/fdinfo`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep. Misuse inside a wake function.
    public var count: UInt64 {
        refuseInWakeFunction("EventFDFile.count")
        do throws(EventFDError) { try hold() } catch { return 0 }
        defer { drop() }
        return contextOfFile.withLock { head, _ in head.owner.count }
    }

    /// Whether operations throw instead of sleeping. Looked at when an operation begins.
    ///
    /// The corresponding kernel constant is `O_NONBLOCK`.
    public var isNonBlocking: Bool {
        get { nonBlocking.load() != 0 }
        set { nonBlocking.store(newValue ? 1 : 0) }
    }

    /// Takes a reference to the context, with which the counter can be signalled, also after the file is gone.
    ///
    /// The corresponding kernel function is `eventfd_ctx_fileget`.
    ///
    /// - Important: Context: takes no lock; does not sleep.
    /// - Throws: ``EventFDError/badFileDescriptor`` when the file is closed.
    public func makeContextReference() throws(EventFDError) -> EventFDContextReference {
        try hold()
        defer { drop() }
        contextOfFile.get()
        return EventFDContextReference(owning: contextOfFile)
    }

    #if !hasFeature(Embedded)
        // MARK: Async twins

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
                let value = contextOfFile.withLock { head, locked in
                    head.owner.count > 0 ? EventFDFile.takeAndWake(head, &locked) : 0
                }
                if value > 0 { return value }
                try await suspend { head in head.owner.count > 0 }
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
                let isWritten = contextOfFile.withLock { head, locked in
                    if !EventFDContext.hasRoom(head, for: value) { return false }
                    EventFDFile.addAndWake(value, head, &locked)
                    return true
                }
                if isWritten { return }
                try await suspend { head in EventFDContext.hasRoom(head, for: value) }
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
    #endif
}
