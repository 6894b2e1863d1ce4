// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    /// A moment on whichever clock a caller gave, at which a task stops waiting.
    ///
    /// Such a clock is foreign code: it is asked without any lock.
    package struct TaskDeadline: Sendable {
        let hasPassed: @Sendable () -> Bool
        /// False: the task that slept was cancelled.
        let sleep: @Sendable () async -> Bool

        package init<C: Clock>(_ instant: C.Instant, _ clock: C) {
            hasPassed = { clock.now >= instant }
            sleep = {
                while clock.now < instant {
                    do { try await clock.sleep(until: TaskDeadline.within(reach: instant, of: clock), tolerance: nil) } catch {
                        return false
                    }
                }
                return true
            }
        }

        /// In pieces: the library's clocks trap on times that are farther away than they can count.
        private static func within<C: Clock>(reach instant: C.Instant, of clock: C) -> C.Instant {
            let now = clock.now
            let ahead = now.duration(to: instant)
            guard let duration = ahead as? Duration, duration > .seconds(1 << 30) else { return instant }
            return now.advanced(by: ahead / Int(duration.components.seconds >> 30 + 1))
        }

        /// For callers in this package that wait for something else than a queue. False: the task that slept was cancelled.
        package func wait() async -> Bool { await sleep() }
    }
#endif
