// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import CKernelPrimitives
public import Synchronization

/// A lock that spins for a short while and then sleeps.
///
/// It is one word, and built on an atomic that ThreadSanitizer sees. The word says who holds it, so that taking it twice in
/// one thread, which is misuse, is said at once and costs nothing: the check stands on the slow path, because a lock that this
/// thread holds is never free.
///
/// The corresponding kernel type is `spinlock_t`.
@usableFromInline
package struct AdaptiveMutex: ~Copyable, Sendable {
    /// 0: free; else the mark of the thread that holds it, and the lowest bit if somebody may sleep.
    @usableFromInline let word = Atomic<UInt>(0)
    @usableFromInline let kind: LockKind
    #if ScheduleExploration
        /// Memory is used again, and numbers are not.
        @usableFromInline let placeSerial = UInt(SerialNumber.next())
    #else
        @usableFromInline @inline(__always) var placeSerial: UInt { 0 }
    #endif
    #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
        @usableFromInline let serial = LockOrder.shared.makeSerial()
    #endif

    @inlinable package init(_ kind: LockKind) { self.kind = kind }

    #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
        deinit { LockOrder.shared.forget(serial) }
    #endif

    /// Where the word lives. An atomic never moves, so the address is good as long as its owner is.
    @inlinable package var address: UnsafeRawPointer {
        unsafe withUnsafePointer(to: word) { unsafe UnsafeRawPointer($0) }
    }

    @inlinable package func lock() {
        #if ScheduleExploration
            scheduleLock()
        #endif
        if !word.compareExchange(expected: 0, desired: kp_thread_mark(), ordering: .acquiring).exchanged { lockSlowly() }
        #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
            if unsafe !kp_push_lock(address) { reportNesting() }
            unsafe LockOrder.shared.acquired(LockOrder.Key(kind: kind, serial: serial), address: UInt(bitPattern: address))
        #endif
    }

    @inlinable package func unlock() {
        #if ScheduleExploration
            scheduleUnlock()
            noteUnlock()
        #endif
        #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
            unsafe kp_pop_lock(address)
            unsafe LockOrder.shared.released(UInt(bitPattern: address))
        #endif
        let (address, serial) = unsafe (address, placeSerial)
        if word.exchange(0, ordering: .releasing) & 1 != 0 { unsafe AdaptiveMutex.wakeSleeper(address, serial) }
    }

    /// Runs `body` with the lock held.
    @inlinable package func withLock<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Whether this thread holds the lock.
    package var isHeldByThisThread: Bool { word.load(ordering: .relaxed) & ~1 == kp_thread_mark() }

    // MARK: The slow path

    @usableFromInline @inline(never)
    func lockSlowly() {
        if isHeldByThisThread { misuse(kind.recursionSentence) }
        var left = Spinning.pausesBeforeLockSleep
        var pauses = 1
        while left > 0 {
            if word.load(ordering: .relaxed) == 0, take(kp_thread_mark()) { return }
            for _ in 0..<pauses { kp_spin_hint() }
            left -= pauses
            // Who looks less often takes the line less often from who works under the lock; and who holds it for so long may be waiting
            // for this processor.
            if pauses < Spinning.mostPausesBetweenLooks { pauses *= 2 } else if !Spinning.yield() { break }
        }
        // From here on the word carries the bit, also once we have it: another sleeper may be left, and the unlock must wake it.
        while true {
            // Who has waited for so long, or was woken, looks as often as it can: whoever gives the lock up takes it again at once, maybe,
            // and from afar the moment in between is not to be seen.
            for _ in 0..<Spinning.looksBeforeLockSleep {
                if word.load(ordering: .relaxed) == 0, take(kp_thread_mark() | 1) { return }
                kp_spin_hint()
            }
            #if ScheduleExploration
                if ScheduleSeam.looksInside { scheduleWrite() }
            #endif
            let current = word.load(ordering: .relaxed)
            if current == 0 {
                if take(kp_thread_mark() | 1) { return }
            } else if current & 1 != 0 || word.compareExchange(expected: current, desired: current | 1, ordering: .relaxed).exchanged {
                unsafe WordSleep.wait(on: sleepingPlace, placeSerial, while: UInt32(truncatingIfNeeded: current | 1), until: .never)
            }
        }
    }

    private func take(_ mark: UInt) -> Bool { word.compareExchange(expected: 0, desired: mark, ordering: .acquiring).exchanged }

    @usableFromInline @inline(never)
    static func wakeSleeper(_ address: UnsafeRawPointer, _ serial: UInt) {
        unsafe WordSleep.wakeOne(on: lowerHalf(of: address), serial: serial)
    }

    private var sleepingPlace: UnsafeRawPointer { unsafe AdaptiveMutex.lowerHalf(of: address) }

    /// One sleeps on 32 bits.
    private static func lowerHalf(of address: UnsafeRawPointer) -> UnsafeRawPointer {
        #if _endian(big) && _pointerBitWidth(_64)
            unsafe address + 4
        #else
            unsafe address
        #endif
    }

    #if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
        @usableFromInline @inline(never)
        func reportNesting() -> Never {
            misuse(
                "more than \(KP_MAX_HELD_LOCKS) locks are held by one thread: a wake function wakes queues in a circle; break it with a Work"
            )
        }
    #endif

    // MARK: Explored schedules

    #if ScheduleExploration
        private var place: WordPlace { unsafe WordPlace(address: sleepingPlace, serial: placeSerial) }

        private func scheduleWrite() { unsafe ScheduleSeam.reach(.atomicWrite, place) }

        /// A lock that this thread holds already is never free: that is reported, and not waited for. A registry's is no
        /// point: nothing visible happens under it, and nothing depends on who comes first.
        @usableFromInline func scheduleLock() {
            if kind == .registry || isHeldByThisThread { return }
            unsafe ScheduleSeam.reach(kind.operation, place, ScheduleSeam.looksInside ? .always : .whenWordIs(0))
        }

        @usableFromInline func noteUnlock() {
            if kind.operation == .lock, let controller = ScheduleSeam.current { unsafe controller.unlocked(address) }
        }

        /// Down to the word, who tries to take the lock sees that it is given up: without a point of its own the unlock would
        /// belong to the step before it, on another object.
        @usableFromInline func scheduleUnlock() {
            if kind != .registry, ScheduleSeam.looksInside { scheduleWrite() }
        }
    #endif
}
