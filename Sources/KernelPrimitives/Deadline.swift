// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// A moment on the monotonic clock.
///
/// The wall clock jumps; a timeout must not.
@usableFromInline
package struct Deadline: Comparable, Sendable {
    /// Nanoseconds since the clock's own beginning.
    package let nanoseconds: UInt64

    @usableFromInline init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// A moment that never comes.
    package static var never: Deadline { Deadline(nanoseconds: .max) }

    /// This moment.
    package static var now: Deadline {
        #if ScheduleExploration
            if let now = ScheduleSeam.virtualNow { return Deadline(nanoseconds: now) }
        #endif
        return Deadline(nanoseconds: kp_monotonic_now())
    }

    /// The moment that lies `delay` ahead: now, where the delay is not positive, and never, where it is longer than the clock.
    package init(after delay: Duration) { self.init(after: delay, from: .now) }

    /// The moment that lies `delay` behind another one: that one, where the delay is not positive.
    package init(after delay: Duration, from start: Deadline) {
        let (seconds, attoseconds) = delay.components
        guard seconds > 0 || (seconds == 0 && attoseconds > 0) else {
            self = start
            return
        }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        // Rounded up: a timeout may be late, never early.
        let (ahead, carried) = whole.addingReportingOverflow(UInt64((attoseconds + 999_999_999) / 1_000_000_000))
        let (moment, beyond) = start.nanoseconds.addingReportingOverflow(ahead)
        self = overflow || carried || beyond ? .never : Deadline(nanoseconds: moment)
    }

    package var hasPassed: Bool { self <= .now }

    /// How far another moment is from this one: negative, if it lies before.
    package func distance(to other: Deadline) -> Duration {
        self <= other ? .nanoseconds(other.nanoseconds - nanoseconds) : .zero - .nanoseconds(nanoseconds - other.nanoseconds)
    }

    @usableFromInline package static func < (left: Deadline, right: Deadline) -> Bool { left.nanoseconds < right.nanoseconds }
}
