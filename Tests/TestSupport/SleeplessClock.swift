// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A clock that stands still, and cannot sleep.
package struct SleeplessClock: Clock {
    package typealias Instant = HandClock.Instant

    private struct CannotSleep: Error {}

    package init() {}

    package var now: Instant { Instant(sinceZero: .zero) }
    package var minimumResolution: Duration { .zero }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws { throw CannotSleep() }
}
