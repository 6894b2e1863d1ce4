// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// How long to spin before sleeping.
///
/// A wake-up across threads costs tens of microseconds when the other side sleeps and a fraction of one when it spins. A thousand
/// pauses is the knee of that curve; on one processor a spin only keeps the other side from running. And who has just had the
/// kernel wake somebody out of a long sleep does better to sleep at once: the other one can have this processor, instead of
/// one that is to be woken itself.
package enum Spinning {
    /// Pauses before a thread that waits for another thread's work goes to sleep.
    package static let pausesBeforeParking = budget(1000)

    /// Pauses of a thread that waits for one which the kernel wakes, but which had not slept for long: the two are at work
    /// together, and if they both stay awake until the wake-up is through, they need the kernel no more.
    package static let pausesForRecentSleeper = budget(4000)

    /// Sleeps that are shorter than this are part of a conversation.
    package static let nanosecondsOfRecentSleep: UInt64 = 500_000

    /// Pauses before a thread that waits for a lock goes to sleep: sections are short.
    package static let pausesBeforeLockSleep = budget(400)

    /// Looks, a pause apart, right before each sleep on a lock.
    package static let looksBeforeLockSleep = budget(200)

    /// Pauses between two looks at a lock, at most: who looks less often takes the line less often from who works under the lock.
    package static let mostPausesBetweenLooks = 32

    /// Pauses for an item that may be over at once, before a barrier is put behind it.
    package static let pausesBeforeBarrier = budget(40)

    /// Pauses between two looks of a worker at what comes in, at most.
    package static let mostPausesOfWorker = 128

    /// Spins until it is so, looking every `interval` pauses; false: the budget is used up.
    ///
    /// From time to time the processor is offered to others: the one that is waited for may be on this very processor.
    @inline(__always)
    package static func spin(_ budget: Int, interval: Int = 1, until isSo: () -> Bool) -> Bool {
        var left = budget
        var untilYield = pausesBeforeFirstYield
        while left > 0 {
            if isSo() { return true }
            pause(interval)
            left -= interval
            untilYield -= interval
            if untilYield <= 0 {
                if !yield() { return false }
                untilYield = pausesBetweenYields
            }
        }
        return false
    }

    /// Offers the processor to others. False: they needed it for so long that who spins had better sleep, and be woken: a sleeper that
    /// is woken has precedence, and who yields stands at the end of the line.
    package static func yield() -> Bool {
        let begun = kp_monotonic_now()
        if begun < crowdedUntil.load(ordering: .relaxed) { return false }
        kp_yield()
        let ended = kp_monotonic_now()
        if ended &- begun < longestYield { return true }
        crowdedUntil.store(ended &+ durationOfCrowd, ordering: .relaxed)
        return false
    }

    /// So long others are taken to need the processors, after they were found to: nobody yields, and so nobody spins for long.
    private static let crowdedUntil = Atomic<UInt64>(0)

    /// Nanoseconds.
    private static var durationOfCrowd: UInt64 { 50_000_000 }

    /// Nanoseconds. Who has something to do for us, a virtual processor that takes an interrupt among them, needs less. Who just computes
    /// takes a whole time slice, and that is longer.
    private static var longestYield: UInt64 { 1_000_000 }

    private static var pausesBeforeFirstYield: Int { 50 }
    private static var pausesBetweenYields: Int { 100 }

    /// Spins for so many pauses.
    @inline(__always)
    package static func pause(_ pauses: Int) {
        #if !ScheduleExploration
            for _ in 0..<pauses { kp_spin_hint() }
        #endif
    }

    private static func budget(_ pauses: Int) -> Int {
        #if ScheduleExploration
            return 0
        #else
            return kp_processor_count() > 1 ? pauses : 0
        #endif
    }
}
