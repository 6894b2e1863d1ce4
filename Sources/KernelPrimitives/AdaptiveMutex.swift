// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// A lock that spins for a short while and then sleeps.
///
/// It is one word, and built on an atomic that ThreadSanitizer sees. Taking it twice in one thread is misuse, said at once:
/// the check stands on the slow path only, because a lock that this thread holds is never free.
///
/// The corresponding kernel type is `spinlock_t`.
package struct AdaptiveMutex: ~Copyable, Sendable {
    /// 0: free, 1: held, 2: held, and somebody may sleep.
    @usableFromInline let word = AtomicUInt32(0)
    @usableFromInline let kind: LockKind
    #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
        @usableFromInline let serial = LockOrder.shared.makeSerial()
    #endif

    @inlinable package init(_ kind: LockKind) { self.kind = kind }

    #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
        deinit { LockOrder.shared.forget(serial) }
    #endif

    @inlinable package func lock() {
        #if ScheduleExploration
            scheduleLock()
        #endif
        if !word.word.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged { lockSlowly() }
        if unsafe !kp_push_lock(word.address) { reportNesting() }
        #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
            unsafe LockOrder.shared.acquired(LockOrder.Key(kind: kind, serial: serial), address: UInt(bitPattern: word.address))
        #endif
    }

    #if ScheduleExploration
        /// A lock that this thread holds already is never free: that is reported, and not waited for. A registry's is no
        /// point: nothing visible happens under it, and nothing depends on who comes first.
        @usableFromInline func scheduleLock() {
            if kind == .registry || isHeldByThisThread { return }
            unsafe ScheduleSeam.reach(kind.operation, word.place, ScheduleSeam.looksInside ? .always : .whenWordIs(0))
        }

        @usableFromInline func noteUnlock() {
            if kind.operation == .lock, let controller = ScheduleSeam.current { unsafe controller.unlocked(word.address) }
        }

        /// Down to the word, who tries to take the lock sees that it is given up: without a point of its own the unlock would
        /// belong to the step before it, on another object.
        @usableFromInline func scheduleUnlock() {
            if kind != .registry, ScheduleSeam.looksInside { word.scheduleWrite() }
        }

        package var address: UnsafeRawPointer { unsafe word.address }
    #endif

    @inlinable package func unlock() {
        #if ScheduleExploration
            scheduleUnlock()
            noteUnlock()
        #endif
        unsafe kp_pop_lock(word.address)
        #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
            unsafe LockOrder.shared.released(UInt(bitPattern: word.address))
        #endif
        let (address, serial) = unsafe (word.address, word.serial)
        if word.word.exchange(0, ordering: .releasing) == 2 { unsafe WordSleep.wakeOne(on: address, serial: serial) }
    }

    /// Runs `body` with the lock held.
    @inlinable package func withLock<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Whether this thread holds the lock.
    package var isHeldByThisThread: Bool { unsafe kp_holds_lock(word.address) }

    @usableFromInline @inline(never)
    func lockSlowly() {
        if unsafe kp_holds_lock(word.address) { misuse(kind.recursionSentence) }
        for _ in 0..<Spinning.pausesBeforeLockSleep {
            if word.word.load(ordering: .relaxed) == 0,
                word.word.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged
            {
                return
            }
            kp_spin_hint()
        }
        // From here on the word says 2, also once we have it: another sleeper may be left, and the unlock must wake it.
        while word.exchangeToSleep(2) != 0 { WordSleep.wait(on: word, while: 2, until: .never) }
    }

    @usableFromInline @inline(never)
    func reportNesting() -> Never {
        misuse(
            "more than \(KP_MAX_HELD_LOCKS) locks are held by one thread: a wake function wakes queues in a circle; break it with a Work"
        )
    }
}
