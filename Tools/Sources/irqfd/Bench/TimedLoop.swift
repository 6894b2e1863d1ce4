// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A loop that is run for some milliseconds at a time.
final class TimedLoop {
    /// How long a slice is meant to last, in nanoseconds.
    private static let slice = 10e6

    /// Does the operation so often.
    private let body: (Int) throws -> Void
    /// How many operations one run of the body makes of each that it is asked for.
    private let operations: Double
    /// How often in a slice; known after the first.
    private var count: Int?

    init(operations: Int = 1, _ body: @escaping (Int) throws -> Void) {
        self.operations = Double(operations)
        self.body = body
    }

    /// Runs one slice, after a short one that nobody measures: nanoseconds an operation.
    func measure() throws -> Double {
        let count = try count ?? calibrate()
        self.count = count
        try body(max(1, count / 16))
        let time = try RawClock.time { try body(count) }
        return time / Double(count) / operations
    }

    private func calibrate() throws -> Int {
        var count = 1
        while true {
            let time = try RawClock.time { try body(count) }
            if time >= Self.slice / 4 { return max(1, Int(Double(count) * Self.slice / time)) }
            count *= 2
        }
    }
}
