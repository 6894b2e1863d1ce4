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
    /// While it is open, of a file whose counter is in the kernel: who would use the context's own finds the way barred here.
    private static var onDescriptor: UInt32 { 1 << 30 }

    /// The file has one reference of its kref, until its release. Touched only while the file is held.
    let contextOfFile: EventFDContext
    /// The context's memory, which stays as long as this object: whoever finds it open here, under its lock, needs no hold.
    let head = WaitQueueHead()
    /// Who holds the file: one for being open, one for each operation in flight; and the closed bit, after which nobody gets in.
    private let holds: AtomicUInt32
    private let nonBlocking: AtomicUInt32

    /// Opens an eventfd.
    ///
    /// The corresponding kernel function is `eventfd2`.
    ///
    /// - Parameters:
    ///   - initialValue: The counter to begin with: 32 bits, as in the kernel.
    ///   - flags: Unknown flags are misuse.
    public init(initialValue: UInt32 = 0, flags: EventFDFlags = []) {
        flags.refuseUnknown("EventFDFile")
        holds = AtomicUInt32(1)
        contextOfFile = EventFDContext(head, initialValue: UInt64(initialValue), isSemaphore: flags.contains(.semaphore))
        nonBlocking = AtomicUInt32(flags.contains(.nonBlocking) ? 1 : 0)
        EventFDDiagnostics.files.add(1)
    }

    #if os(Linux)
        /// Opens an eventfd whose counter is the kernel's, behind a descriptor: of another process, of a device, or one's own.
        ///
        /// Reading, writing and signalling go to the kernel's counter, which all descriptors of that eventfd share. Writes, whoever makes
        /// them, wake this file's wait queue: its entries' functions run in a thread of this module's, one for all such files. So an irqfd
        /// hears of a device in another process. What differs from a file with a counter of its own is a table in <doc:Descriptors>.
        ///
        /// The file takes the descriptor over, also when this throws. It is closed when the file is, and the last
        /// ``EventFDContextReference`` is put. A peer's end is not seen on an eventfd: the hang-up comes when this file is closed.
        ///
        /// Linux only: other systems have no eventfds.
        ///
        /// The corresponding kernel function is `eventfd_fget`.
        ///
        /// - Important: Context: system calls; does not sleep. The first such file starts a thread, which ends with the last.
        /// - Parameter descriptor: Whether the open file is non-blocking decides what ``isNonBlocking`` is at first.
        /// - Throws: ``EventFDError/tooManyOpenFiles``, ``EventFDError/tooManyOpenFilesInSystem``, ``EventFDError/noMemory``;
        ///   ``EventFDError/noSpace`` when the user watches as many descriptors as they may; ``EventFDError/invalidArgument`` when some hundreds
        ///   of files stand on this one eventfd already, which is as many as the kernel tells of it.
        public init(descriptor: consuming EventFDDescriptor) throws(EventFDError) {
            nonBlocking = AtomicUInt32(descriptor.isNonBlocking ? 1 : 0)
            holds = AtomicUInt32(EventFDFile.onDescriptor | 1)
            contextOfFile = try EventFDContext(head, descriptor: descriptor)
            EventFDDiagnostics.files.add(1)
        }
    #endif

    deinit {
        // The last reference is the last close. No operation is in flight: each has a reference to this object.
        if holds.load() & EventFDFile.closed == 0 {
            if ExecutionContext.isAtomic { contextOfFile.releaseFile() } else { contextOfFile.closeAlone() }
        }
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

    /// As `hold`, of a file whose counter is the context's own; false: it is closed, or the counter is in the kernel.
    @inline(__always)
    func holdOwnCounter() -> Bool {
        var current = holds.load()
        while current & (EventFDFile.closed | EventFDFile.onDescriptor) == 0 {
            if holds.compareExchange(current, with: current + 1) { return true }
            current = holds.load()
        }
        return false
    }

    /// The last one to let go of a closed file releases it.
    ///
    /// The corresponding kernel function is `fput`.
    package func drop() {
        if holds.fetchSubtract(1) == EventFDFile.closed | 1 { contextOfFile.releaseFile() }
    }

    var isClosed: Bool { holds.load() & EventFDFile.closed != 0 }

    /// The file is open, and the counter is the context's own. Asked under the lock, by who does not hold the file. It is the same
    /// word that a hold asks: what one operation finds closed is closed for the next one.
    @inline(__always)
    var isOpenHere: Bool { holds.load() & (EventFDFile.closed | EventFDFile.onDescriptor) == 0 }

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
            // The other bit goes: a closed file is a closed file, and the last hold of both kinds looks alike.
            if holds.compareExchange(current, with: current & ~EventFDFile.onDescriptor | EventFDFile.closed) { break }
            current = holds.load()
        }
        unsafe Trace.note("close", head)
        if current & ~EventFDFile.onDescriptor == 1 { return contextOfFile.closeAlone() }
        // Others hold the file. A sleeper looks at the closed bit after it is queued, under the lock that is taken here: it sees
        // the bit, or is woken.
        head.wakeFileSleepers()
        drop()
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
        if table == nil, let count = countIfOpenHere { return EventFDContext.readiness(count) }
        if !holdOwnCounter() { return pollDescriptor(table) }
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
        if let count = countIfOpenHere { return count }
        if !holdOwnCounter() { return countBehindDescriptor }
        defer { drop() }
        return contextOfFile.withLock { head, _ in head.owner.count }
    }

    @inline(__always)
    private var countIfOpenHere: UInt64? {
        let locked = head.lockEvenIfEnded()
        defer { head.unlock(locked) }
        return isOpenHere ? head.owner.count : nil
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
}
