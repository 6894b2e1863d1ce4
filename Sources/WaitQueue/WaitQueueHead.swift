// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import CKernelPrimitives
public import KernelPrimitives

/// A queue of entries whose functions are called, under the queue's lock, when the queue is woken.
///
/// Entries are called in this order: priority entries, oldest first; plain entries, newest first; exclusive entries,
/// oldest first. The usual way to wait for something: add an entry, look whether it has happened already, wait.
///
/// The corresponding kernel type is `wait_queue_head_t`.
@safe
public final class WaitQueueHead: @unchecked Sendable {
    // @unchecked: every variable is guarded by `mutex`; the rest never changes.

    @usableFromInline let mutex = AdaptiveMutex(.waitQueue)
    @usableFromInline @safe @exclusivity(unchecked) var first: WaitQueueNode.Pointer?
    @usableFromInline @safe @exclusivity(unchecked) var ownerState = OwnerState()
    package let signals = StatCounter()
    @safe @exclusivity(unchecked) var last: WaitQueueNode.Pointer?
    @safe @exclusivity(unchecked) var lastPriority: WaitQueueNode.Pointer?
    @usableFromInline @safe @exclusivity(unchecked) var firstExclusive: WaitQueueNode.Pointer?
    /// How many walks have begun.
    @usableFromInline @safe @exclusivity(unchecked) var walks: UInt64 = 0
    @usableFromInline @safe @exclusivity(unchecked) var isWalking = false
    /// A node was added or removed since the walk in progress has looked.
    @usableFromInline @safe @exclusivity(unchecked) var hasChanged = false
    /// The innermost walk in progress, and through it those in whose functions it runs. What it says when there is none means nothing.
    @usableFromInline @safe @exclusivity(unchecked) var cursor = unsafe WalkCursor()

    /// The number of this head, never given twice.
    package let serial = SerialNumber.next()

    /// What the object that this head belongs to keeps beside it.
    ///
    /// The kernel embeds the head in its owner, and the owner's state is guarded by the head's lock. A Swift class cannot be
    /// embedded, so the owner's state lives here, and the two are one instance with one life.
    @inlinable package var owner: OwnerState {
        _read { yield ownerState }
        _modify { yield &ownerState }
    }
    package let kref = Kref()
    /// How many events found the inject of an irqfd pending. Under the lock.
    package let coalesced = StatCounter()

    /// Makes an empty queue.
    ///
    /// The corresponding kernel function is `init_waitqueue_head`.
    public init() { WaitQueueDiagnostics.heads.add(1) }

    deinit {
        // Nobody else has a reference, so nobody else is inside: no lock. The entries' references go outside of any.
        while let node = first {
            unsafe unlink(node)
            unsafe putOffSettlement(node)
        }
        if !ExecutionContext.isAtomic { AfterUnlock.run() }
        WaitQueueDiagnostics.heads.subtract(1)
    }

    // MARK: Adding and removing

    /// Adds an entry, and keeps it alive until it is removed.
    ///
    /// A plain entry goes before the other plain ones, an exclusive one behind all others. Adding an entry that is queued
    /// somewhere already is misuse.
    ///
    /// The corresponding kernel functions are `add_wait_queue` and `add_wait_queue_exclusive`.
    ///
    /// - Important: Context: takes the queue's lock; does not sleep. Not for this queue's own wake functions: they have ``Locked/add(_:exclusive:)``.
    /// - Parameters:
    ///   - entry: An entry that is on no queue.
    ///   - exclusive: Whether the entry uses up one of the turns of a wake.
    /// - Complexity: O(1)
    public func add(_ entry: WaitQueueEntry, exclusive: Bool = false) { add(entry, at: exclusive ? .exclusive : .plain) }

    /// Adds an entry in front of all that have no priority, behind those that have.
    ///
    /// The corresponding kernel function is `add_wait_queue_priority`.
    ///
    /// - Important: Context: takes the queue's lock; does not sleep. Not for this queue's own wake functions.
    /// - Complexity: O(1)
    public func add(_ entry: WaitQueueEntry, priority: Bool) { add(entry, at: priority ? .priority : .plain) }

    private func add(_ entry: WaitQueueEntry, at place: WaitQueueNode.Place) {
        let locked = lock()
        defer { unlock(locked) }
        link(entry, at: place)
    }

    /// Removes an entry: when this returns, its function is not running anywhere, and will not run for this queue.
    ///
    /// Everything the function did is visible to the caller. An entry that is not on this queue is left alone.
    ///
    /// The corresponding kernel function is `remove_wait_queue`.
    ///
    /// - Important: Context: takes the queue's lock, and so waits for a wake in progress; does not sleep otherwise. Called inside this
    ///   queue's own wake function it is misuse: use ``Locked/remove(_:)``.
    /// - Complexity: O(1)
    public func remove(_ entry: WaitQueueEntry) {
        let locked = lock()
        unsafe Trace.note("remove", entry.node, self)
        guard unsafe isQueued(entry.node) else { return unlock(locked) }
        unsafe unlink(entry.node)
        if ExecutionContext.holdsOneWaitQueueLock {
            unlock(locked)
            // The queue's reference. The caller has another one, so this is not the last, and may be dropped without a detour.
            unsafe Unmanaged.passUnretained(entry).release()
        } else {
            unsafe putOffSettlement(entry.node)
            unlock(locked)
        }
    }

    /// Whether any entry or thread is queued at this moment.
    ///
    /// The corresponding kernel function is `waitqueue_active`, here with the lock, and so without its pitfalls.
    ///
    /// - Important: Context: takes the queue's lock; does not sleep.
    public var hasWaiters: Bool { withLock { locked in locked.hasWaiters } }

    // MARK: Waking

    /// Calls the functions of the entries whose mask meets the events.
    ///
    /// All plain and priority entries are called, and exclusive ones until `maxExclusive` of them have returned ``WakeResult/woken``.
    /// `wake()` carries all events, `wake([])` calls nobody.
    ///
    /// The corresponding kernel functions are `wake_up_poll` and `wake_up_nr`.
    ///
    /// - Important: Context: takes the queue's lock and calls the functions under it; does not sleep.
    /// - Parameters:
    ///   - events: What the wake carries, and the functions are told.
    ///   - maxExclusive: How many exclusive entries may be woken. 0: none of them is called. (The kernel's 0 is ``wakeAll(_:)``.)
    ///     A negative number is misuse.
    /// - Returns: How many exclusive entries were woken.
    /// - Complexity: O(*n*) in the number of entries.
    @discardableResult
    public func wake(_ events: PollEvents = .all, maxExclusive: Int = 1) -> Int {
        if maxExclusive < 0 { Locked.reportNegative() }
        var locked = lock()
        defer { unlock(locked) }
        return walk(&locked, events, maxExclusive: maxExclusive)
    }

    /// Calls the functions of all entries whose mask meets the events, the exclusive ones included.
    ///
    /// The corresponding kernel function is `wake_up_all`.
    ///
    /// - Important: Context: takes the queue's lock and calls the functions under it; does not sleep.
    /// - Returns: How many exclusive entries were woken.
    /// - Complexity: O(*n*) in the number of entries.
    @discardableResult
    public func wakeAll(_ events: PollEvents = .all) -> Int {
        var locked = lock()
        defer { unlock(locked) }
        return walk(&locked, events, maxExclusive: .max)
    }

    /// Tells every entry that this queue is about to go away: each must remove itself, at once.
    ///
    /// The wake carries ``PollEvents/hangup`` and ``PollEvents/free``. For queues whose life is not tied to what is
    /// polled. An entry that stays queued is misuse: its owner would use a queue that is gone.
    ///
    /// The corresponding kernel function is `wake_up_pollfree`.
    ///
    /// - Important: Context: takes the queue's lock and calls the functions under it; does not sleep.
    public func hangUpAndFree() {
        let leftOver = withLock { locked in
            locked.wakeAll([.hangup, .free])
            return locked.hasWaiters
        }
        if leftOver {
            misuse(
                "an entry did not remove itself when its wait queue was freed: on the event .free, a wake function must call locked.remove(entry)"
            )
        }
    }

    // MARK: The lock

    /// Runs a closure with the queue's lock held, and gives it the view that only the lock hands out.
    ///
    /// This method is equivalent to: `lock(); defer { unlock() }; return body(view)`.
    ///
    /// The corresponding kernel function is `spin_lock`, on the lock of the `wait_queue_head_t`.
    ///
    /// - Important: Context: takes the queue's lock. Inside, nothing may sleep, and nothing of an eventfd may be called.
    @inlinable public func withLock<R: ~Copyable, E: Error>(_ body: (inout Locked) throws(E) -> R) throws(E) -> R {
        var locked = lock()
        defer { unlock(locked) }
        return try body(&locked)
    }

    @inlinable @inline(__always)
    package func lock() -> Locked {
        let locked = lockEvenIfEnded()
        #if DEBUG || ScheduleExploration
            reportIfEnded()
        #endif
        return locked
    }

    /// For who may come late, and then finds nothing to do.
    @inlinable @inline(__always)
    package func lockEvenIfEnded() -> Locked {
        mutex.lock()
        kp_enter_wait_queue()
        return Locked(head: self)
    }

    @inlinable @inline(__always)
    package func unlock(_ locked: borrowing Locked) {
        if !locked.isView(of: self) { reportExchange() }
        unlockUnchecked()
    }

    @inlinable @inline(__always)
    func unlockUnchecked() {
        let mustSettle = kp_leave_wait_queue()
        mutex.unlock()
        if mustSettle { AfterUnlock.run() }
    }

    #if ScheduleExploration
        package func nameLock(_ name: ObjectName) { unsafe ScheduleSeam.name(mutex.address, name) }
    #endif

    @usableFromInline @inline(never)
    func reportExchange() -> Never {
        misuse(
            "the Locked view was exchanged with that of another wait queue while both were locked; a view belongs to the lock that handed it out"
        )
    }

    @usableFromInline @inline(never)
    func reportIfEnded() {
        if !ownerState.isEnded { return }
        misuse(
            "wait queue \(serial) was used after the eventfd context has ended; hold an EventFDContextReference for as long as the queue is used"
        )
    }
}
