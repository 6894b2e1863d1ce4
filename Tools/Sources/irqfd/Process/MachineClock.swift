// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// The clock that all processes of the machine have in common.
enum MachineClock {
    /// Nanoseconds on CLOCK_MONOTONIC.
    static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// A moment of this clock, on the clock of this process. Both run alike, as long as the machine does not sleep.
    static func instant(_ nanoseconds: UInt64) -> ContinuousClock.Instant {
        origin + .nanoseconds(Int64(clamping: nanoseconds))
    }

    /// The closest of a few looks at both clocks: one that was interrupted is a longer one.
    private static let origin: ContinuousClock.Instant = {
        let looks = (0..<16).map { _ in
            let start = ContinuousClock.now
            let time = now()
            let end = ContinuousClock.now
            return (length: end - start, origin: start + (end - start) / 2 - .nanoseconds(Int64(clamping: time)))
        }
        return looks.min { $0.length < $1.length }!.origin
    }()
}
