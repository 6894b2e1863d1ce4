// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit

/// A thread that sleeps until it is called, does one thing, and sleeps again: a mutex and a condition variable.
final class ThreadForHire: Sendable {
    private struct State: Sendable {
        var calls = 0
        var isEnding = false
    }

    private let state: Monitor<State>
    private let thread: NamedThread

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let state = Monitor(State())
        self.state = state
        thread = NamedThread(name: name) {
            while true {
                let goesOn: Bool = state.wait { state in
                    if state.isEnding { return false }
                    if state.calls == 0 { return nil }
                    state.calls -= 1
                    return true
                }
                if !goesOn { return }
                body()
            }
        }
    }

    /// Has the thread do it once more.
    func call() { state.update { $0.calls += 1 } }

    func quit() {
        state.update { $0.isEnding = true }
        thread.join()
    }
}
