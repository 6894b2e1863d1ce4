// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation

/// Numbers for people.
enum Figure {
    /// A number of nanoseconds, in a unit that suits it.
    static func time(_ nanoseconds: Double) -> String {
        switch nanoseconds {
        case ..<1_000: "\(significant(nanoseconds)) ns"
        case ..<1_000_000: "\(significant(nanoseconds / 1_000)) µs"
        default: "\(significant(nanoseconds / 1_000_000)) ms"
        }
    }

    /// A number with three digits that say something, or all those before the point.
    static func significant(_ number: Double) -> String {
        switch abs(number) {
        case ..<10: String(format: "%.2f", number)
        case ..<100: String(format: "%.1f", number)
        default: String(format: "%.0f", number)
        }
    }

    /// A number as one writes it: without a point, where there is nothing behind it.
    static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(format: "%.0f", number) : String(format: "%g", number)
    }

    /// The number in the middle; nil: there is none.
    static func median(_ numbers: [Double]) -> Double? {
        guard !numbers.isEmpty else { return nil }
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// Between which numbers the middle half of them lies; nil: there are none.
    static func middleHalf(_ numbers: [Double]) -> [Double]? {
        guard !numbers.isEmpty else { return nil }
        let sorted = numbers.sorted()
        return [sorted[(sorted.count - 1) / 4], sorted[sorted.count - 1 - (sorted.count - 1) / 4]]
    }
}
