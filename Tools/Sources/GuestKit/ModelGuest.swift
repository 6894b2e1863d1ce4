// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A guest without a virtual machine: a model of a PC's interrupt controllers and a thread that takes their interrupts.
package final class ModelGuest: Guest {
    private struct State: Sendable {
        var controllers = InterruptControllerPair()
        var isStopping = false
        var thread: NamedThread?
    }
    private let state = Monitor(State())

    package let backend = Backend.model

    package init() {}

    package func start(observer: any GuestObserver) {
        state.update { state in
            state.controllers.unmask()
            state.thread = NamedThread(name: "guest-processor") { [self] in runProcessor(observer) }
        }
    }

    package func setLine(_ line: UInt32, level: Bool) -> LineOutcome {
        state.update { $0.controllers.setLine(Int(line), level: level) }
    }

    package func stop() {
        let thread = state.update { state in
            state.isStopping = true
            return state.thread.take()
        }
        thread?.join()
    }

    /// What the processor does: sleep, take, run the handler, acknowledge.
    private func runProcessor(_ observer: any GuestObserver) {
        while let line = nextInterrupt() {
            observer.guestTook(UInt32(line))
            state.update { $0.controllers.acknowledge(line) }
        }
    }

    /// Waits for an interrupt and takes it; nil at the end.
    private func nextInterrupt() -> Int? {
        let next: Int?? = state.wait { state -> Int?? in
            if let line = state.controllers.take() { return .some(line) }
            return state.isStopping ? .some(nil) : nil
        }
        return next ?? nil
    }
}
