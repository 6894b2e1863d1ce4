// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    internal import KernelPrimitives
    internal import Synchronization

    /// One thread under control: where it stands, and the word on which it waits for its turn.
    final class ControlledThread: @unchecked Sendable {
        // @unchecked: only the thread that has the turn touches the variables, and the turn is handed on through `turn`.

        let number: Int
        var operation = VisibleOperation.threadStart
        var object: UInt = 0
        var deadline: Deadline?
        var isEnabled: (() -> Bool)?
        var hasEnded = false
        private let turn = Atomic<UInt32>(0)

        init(number: Int) { self.number = number }

        var canGoOn: Bool { !hasEnded && (isEnabled?() ?? true) }

        /// Two steps that may not be exchanged: they touch one object, and not both only to read it.
        func dependsOn(_ other: ControlledThread) -> Bool {
            object == other.object && !(operation == .atomicRead && other.operation == .atomicRead)
        }

        func hand() {
            turn.store(1, ordering: .releasing)
            unsafe withUnsafePointer(to: turn) { unsafe kp_wake_one_on_word($0) }
        }

        func awaitTurn() {
            for _ in 0..<2000 {
                if take() { return }
                kp_spin_hint()
            }
            while !take() { unsafe withUnsafePointer(to: turn) { unsafe kp_wait_on_word($0, 0, Deadline.never.nanoseconds) } }
        }

        private func take() -> Bool { turn.compareExchange(expected: 1, desired: 0, ordering: .acquiring).exchanged }
    }
#endif
