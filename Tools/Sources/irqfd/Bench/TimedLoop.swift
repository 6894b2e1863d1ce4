// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A loop that is run for some milliseconds at a time.
///
/// A slice has several parts, and its figure is their median: where something else got the processor, one part says so, and the others do not.
final class TimedLoop {
    private static let parts = 10
    /// How long a part is meant to last, in nanoseconds.
    private static let length = 1e6

    /// Does the operation so often.
    private let body: (Int) throws -> Void
    /// How many operations one run of the body makes of each that it is asked for.
    private let operations: Double
    /// How often in a part; known after the first slice.
    private var count: Int?

    init(operations: Int = 1, _ body: @escaping (Int) throws -> Void) {
        self.operations = Double(operations)
        self.body = body
    }

    /// Runs one slice, after a part that nobody measures: nanoseconds an operation.
    func measure() throws -> Double {
        let count = try count ?? calibrate()
        self.count = count
        try body(count)
        let times = try (0..<Self.parts).map { _ in try RawClock.time { try body(count) } }
        return (Figure.median(times) ?? 0) / Double(count) / operations
    }

    /// What makes a part long enough: of three tries the one with the most, since nothing is faster than it is.
    private func calibrate() throws -> Int {
        var best = 1
        for _ in 0..<3 {
            var count = 1
            while true {
                let time = try RawClock.time { try body(count) }
                if time >= Self.length / 4 {
                    best = max(best, Int(Double(count) * Self.length / time))
                    break
                }
                count *= 2
            }
        }
        return best
    }
}
