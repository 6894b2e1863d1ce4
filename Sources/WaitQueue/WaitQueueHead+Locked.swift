// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

extension WaitQueueHead {
    /// A wait queue whose lock is held: the only way to what needs the lock.
    ///
    /// Only the lock hands it out, to a closure or a wake function, and it cannot be kept: it has no public initialiser and
    /// cannot be copied. References that leave the queue are dropped, and tasks resumed, once the lock is gone.
    @safe
    public struct Locked: ~Copyable {
        /// Unretained: whoever holds the lock holds the head.
        @usableFromInline package let head: Unmanaged<WaitQueueHead>

        @inlinable init(head: WaitQueueHead) { unsafe self.head = unsafe Unmanaged.passUnretained(head) }

        @inlinable @inline(__always)
        func isView(of other: WaitQueueHead) -> Bool { unsafe head.toOpaque() == Unmanaged.passUnretained(other).toOpaque() }

        /// Whether any entry or thread is queued.
        ///
        /// The corresponding kernel function is `waitqueue_active`.
        @inlinable public var hasWaiters: Bool { unsafe head._withUnsafeGuaranteedRef { unsafe $0.first != nil } }

        /// Adds an entry; a walk in progress does not visit it.
        ///
        /// The corresponding kernel functions are `__add_wait_queue` and `__add_wait_queue_entry_tail_exclusive`.
        ///
        /// - Parameters:
        ///   - entry: An entry that is on no queue.
        ///   - exclusive: Whether the entry uses up one of the turns of a wake.
        /// - Complexity: O(1)
        public mutating func add(_ entry: WaitQueueEntry, exclusive: Bool = false) {
            add(entry, at: exclusive ? .exclusive : .plain)
        }

        /// Adds an entry in front of all that have no priority; a walk in progress does not visit it.
        ///
        /// The corresponding kernel function is `add_wait_queue_priority`.
        ///
        /// - Complexity: O(1)
        public mutating func add(_ entry: WaitQueueEntry, priority: Bool) {
            add(entry, at: priority ? .priority : .plain)
        }

        /// Removes an entry, which may be the one whose function runs, or the one that is next in a walk.
        ///
        /// An entry that is not on this queue is left alone.
        ///
        /// The corresponding kernel function is `__remove_wait_queue`.
        ///
        /// - Complexity: O(1)
        public mutating func remove(_ entry: WaitQueueEntry) {
            unsafe Trace.note("remove", entry.node, head.takeUnretainedValue())
            unsafe remove(entry.node)
        }

        /// Calls the functions of the entries whose mask meets the events: see ``WaitQueueHead/wake(_:maxExclusive:)``.
        ///
        /// The corresponding kernel function is `wake_up_locked_poll`.
        ///
        /// - Returns: How many exclusive entries were woken.
        /// - Complexity: O(*n*) in the number of entries.
        @discardableResult
        public mutating func wake(_ events: PollEvents = .all, maxExclusive: Int = 1) -> Int {
            if maxExclusive < 0 { Locked.reportNegative() }
            return unsafe head._withUnsafeGuaranteedRef { $0.walk(&self, events, maxExclusive: maxExclusive) }
        }

        /// Calls the functions of all entries whose mask meets the events: see ``WaitQueueHead/wakeAll(_:)``.
        ///
        /// The corresponding kernel function is `wake_up_all_locked`.
        ///
        /// - Returns: How many exclusive entries were woken.
        /// - Complexity: O(*n*) in the number of entries.
        @discardableResult
        public mutating func wakeAll(_ events: PollEvents = .all) -> Int {
            unsafe head._withUnsafeGuaranteedRef { $0.walk(&self, events, maxExclusive: .max) }
        }

        // MARK: Nodes

        private func add(_ entry: WaitQueueEntry, at place: WaitQueueNode.Place) {
            unsafe head._withUnsafeGuaranteedRef { $0.link(entry, at: place) }
        }

        @inline(never)
        static func reportNegative() -> Never {
            misuse("wake: maxExclusive must not be negative; use wakeAll to wake all exclusive entries")
        }

        /// Adds a node whose memory the caller keeps until it has removed it.
        package mutating func add(_ node: WaitQueueNode.Pointer) {
            unsafe head._withUnsafeGuaranteedRef { unsafe $0.link(node, at: .plain) }
        }

        /// Adds a node in front of everything, whose function so is called in every wake: no other one can end the walk before.
        package mutating func addInFront(_ node: WaitQueueNode.Pointer) {
            unsafe head._withUnsafeGuaranteedRef { unsafe $0.link(node, at: .front) }
        }

        /// Removes a node; false: it was not on this queue.
        @discardableResult
        package mutating func remove(_ node: WaitQueueNode.Pointer) -> Bool {
            unsafe head._withUnsafeGuaranteedRef { head in
                if unsafe !head.isQueued(node) { return false }
                unsafe head.unlink(node)
                unsafe head.putOffSettlement(node)
                return true
            }
        }
    }
}

@available(*, unavailable)
extension WaitQueueHead.Locked: Sendable {}

extension WaitQueueHead {
    /// The owner has ended: entries that are left are let go of, and every later use is reported in debug builds.
    package func end() {
        withLock { locked in letGoOfAll(&locked) }
    }

    /// As `end`, under the lock.
    package func letGoOfAll(_ locked: inout Locked) {
        while let node = first { unsafe locked.remove(node) }
        owner.isEnded = true
    }
}
