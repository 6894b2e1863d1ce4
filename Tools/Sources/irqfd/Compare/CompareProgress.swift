// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Synchronization

/// How far a comparison is, for the watch.
final class CompareProgress: Sendable {
    private let number = Atomic<UInt64>(0)
    private let current = Monitor<ScriptOperation?>(nil)

    /// Notes what both sides will do next.
    func enter(_ operation: ScriptOperation) {
        current.update { $0 = operation }
        number.wrappingAdd(1, ordering: .relaxed)
    }

    /// How many operations have begun, those of attempts to shorten a script included.
    var operations: UInt64 { number.load(ordering: .relaxed) }

    /// What goes on.
    var state: String { current.read { $0 }.map { "in: \($0)" } ?? "starting" }
}
