// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    /// A moment on whichever clock a caller gave, at which a task stops waiting.
    ///
    /// Such a clock is foreign code: it is asked without any lock.
    package struct TaskDeadline: Sendable {
        let hasPassed: @Sendable () -> Bool
        /// Of a task that does nothing else. False: it was cancelled.
        package let sleep: @Sendable () async -> Bool

        package init<C: Clock>(_ instant: C.Instant, _ clock: C) {
            hasPassed = { clock.now >= instant }
            sleep = {
                await TaskTimer.sleep(until: instant, on: clock)
                return !Task.isCancelled
            }
        }
    }
#endif
