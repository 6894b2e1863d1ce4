// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a run has seen that cannot be, counted; the first few kinds of it in sentences.
final class Violations: Sendable {
    private let number = Atomic<UInt64>(0)
    private let failures = Failures()

    /// A sentence must be the same each time, so that one kind of violation does not fill the list.
    func add(_ sentence: String) {
        number.wrappingAdd(1, ordering: .relaxed)
        failures.add(sentence)
    }

    /// Says what is wrong without being a violation: it is counted elsewhere.
    func note(_ sentence: String) { failures.add(sentence) }

    /// Adds a violation unless the condition holds.
    func check(_ holds: Bool, _ sentence: @autoclosure () -> String) {
        if !holds { add(sentence()) }
    }

    var count: UInt64 { number.load(ordering: .relaxed) }

    var messages: [String] { failures.all }
}
