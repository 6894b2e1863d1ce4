// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// How descriptions and reports put things. Nothing here is for programs to parse.

/// "1 waiter", "2 waiters".
package func counted<Number: BinaryInteger & CustomStringConvertible>(_ number: Number, _ noun: StaticString) -> String {
    number == 1 ? "1 \(noun)" : "\(number.description) \(noun)s"
}

/// A list with commas, without a joined sequence's detour.
package func listed(_ parts: [String]) -> String {
    var text = ""
    for part in parts { text += text.isEmpty ? part : ", " + part }
    return text
}

extension Duration {
    /// A whole number of the largest unit of which there are ten: "12 s", "1500 ms". Rounded down.
    package var inWords: String {
        if self < .zero { return "-" + (.zero - self).inWords }
        let (seconds, attoseconds) = components
        if seconds >= 10 { return "\(seconds) s" }
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        if nanoseconds >= 10_000_000 { return "\(nanoseconds / 1_000_000) ms" }
        if nanoseconds >= 10_000 { return "\(nanoseconds / 1000) µs" }
        return "\(nanoseconds) ns"
    }
}
