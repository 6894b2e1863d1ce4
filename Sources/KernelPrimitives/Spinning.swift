// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// How long to spin before sleeping.
///
/// A wake-up across threads costs some 43 µs when the other side sleeps and 0.4 µs when it spins. A thousand pauses is
/// the knee of that curve; on one processor a spin only keeps the other side from running.
package enum Spinning {
    /// Pauses before a thread that waits for another thread's work goes to sleep.
    package static let pausesBeforeParking = budget(1000)

    /// Pauses before a thread that waits for a lock goes to sleep: sections are short.
    package static let pausesBeforeLockSleep = budget(200)

    private static func budget(_ pauses: Int) -> Int {
        #if ScheduleExploration
            return 0
        #else
            return kp_processor_count() > 1 ? pauses : 0
        #endif
    }
}
