// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Histogram

/// How long single signals took until the guest had taken their interrupt.
final class Latencies: Sendable {
    // Three digits from a nanosecond to a minute.
    private let histogram = Monitor(Histogram<UInt64>(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three))

    func record(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        let nanoseconds = max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        _ = histogram.update { $0.record(UInt64(nanoseconds)) }
    }

    var count: UInt64 { histogram.read { $0.totalCount } }

    /// The latency that so many percent do not exceed, in microseconds with one digit behind the point.
    func microseconds(at percentile: Double) -> Double {
        let nanoseconds = histogram.read { $0.totalCount == 0 ? 0 : $0.valueAtPercentile(percentile) }
        return (Double(nanoseconds) / 100).rounded() / 10
    }
}
