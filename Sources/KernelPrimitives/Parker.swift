// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// Lets one thread sleep until another one wakes it; a wake-up that comes first is kept.
///
/// It may live on the sleeper's stack: `unpark` reads and writes the word once, and after that uses only its address.
///
/// The corresponding kernel functions are `schedule` and `wake_up_process`.
package struct Parker: ~Copyable, Sendable {
    /// Nobody sleeps, nobody has woken.
    private static var empty: UInt32 { 0 }
    private static var notified: UInt32 { 1 }
    private static var parked: UInt32 { 2 }

    private let word = AtomicUInt32(0)
    private let sleptAt = Atomic<UInt64>(0)

    package init() {}

    /// Sleeps until `unpark`, and consumes it. `reason` says for what, in reports of a hang.
    package func park(_ reason: StaticString) { _ = park(reason, until: .never) }

    /// Sleeps until `unpark`, which it consumes, or until the deadline. False: the deadline came first.
    ///
    /// `pauses`: how long to spin before.
    @inline(never)
    package func park(_ reason: StaticString, until deadline: Deadline, pauses: Int = Spinning.pausesBeforeParking) -> Bool {
        #if ScheduleExploration
            if let controller = ScheduleSeam.current, !controller.looksInside {
                unsafe controller.reach(.park, word.place, .whenWordIs(Parker.notified), deadline: deadline)
                return takeNotification()
            }
            unsafe ScheduleSeam.reach(.atomicWrite, word.place)
        #endif
        if Spinning.spin(pauses, until: { takeNotification() }) { return true }
        sleptAt.store(kp_monotonic_now(), ordering: .relaxed)
        if !word.word.compareExchange(expected: Parker.empty, desired: Parker.parked, ordering: .acquiringAndReleasing).exchanged {
            return takeNotification()
        }
        sleepUntilNotified(reason, deadline)
        #if ScheduleExploration
            unsafe ScheduleSeam.reach(.atomicWrite, word.place)
        #endif
        // Whatever ended the sleep: a notification that is there now is taken, so that none is left over for the next time.
        return word.word.exchange(Parker.empty, ordering: .acquiringAndReleasing) == Parker.notified
    }

    /// Wakes the thread that parks here, or lets its next `park` return at once. The parker may be gone when this returns.
    ///
    /// True: it slept, and the kernel wakes it.
    @discardableResult
    package func unpark() -> Bool {
        #if ScheduleExploration
            unsafe ScheduleSeam.reach(.unpark, word.place)
        #endif
        let (address, serial) = unsafe (word.address, word.serial)
        if word.word.exchange(Parker.notified, ordering: .acquiringAndReleasing) != Parker.parked { return false }
        Parker.wakes.add(1)
        unsafe WordSleep.wakeOne(on: address, serial: serial)
        return true
    }

    /// For how long the sleeper whom `unpark` has had woken had slept, in nanoseconds. Of a parker that is not gone with its sleeper.
    package var durationOfSleep: UInt64 { kp_monotonic_now() &- sleptAt.load(ordering: .relaxed) }

    /// How often a thread has asked the kernel to put it to sleep, and how often to wake another one, at all parkers there are and were.
    package static let sleeps = StatCounter()
    package static let wakes = StatCounter()

    private func takeNotification() -> Bool {
        word.word.load(ordering: .relaxed) == Parker.notified
            && word.word.compareExchange(expected: Parker.notified, desired: Parker.empty, ordering: .acquiringAndReleasing).exchanged
    }

    private func sleepUntilNotified(_ reason: StaticString, _ deadline: Deadline) {
        unsafe kp_set_waits_for(UnsafeRawPointer(reason.utf8Start).assumingMemoryBound(to: CChar.self))
        while word.word.load(ordering: .acquiring) == Parker.parked, deadline == .never || !deadline.hasPassed {
            Parker.sleeps.add(1)
            unsafe WordSleep.wait(on: word.address, word.serial, while: Parker.parked, until: deadline)
        }
        kp_set_waits_for(nil)
    }
}
