// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A clock that a test sets by hand, so that nobody waits for time to pass.
package final class HandClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        let sinceZero: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(sinceZero: sinceZero + duration) }
        package func duration(to other: Instant) -> Duration { other.sinceZero - sinceZero }
        package static func < (left: Instant, right: Instant) -> Bool { left.sinceZero < right.sinceZero }
    }

    private struct Sleeper {
        let number: Int
        let deadline: Instant
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(sinceZero: .zero)
        var sleepers: [Sleeper] = []
        var sleeps = 0
    }

    private let state = Guarded(State())
    private let isDeaf: Bool

    /// `isDeaf`: it goes on sleeping when its task is cancelled, as no clock should.
    package init(isDeaf: Bool = false) { self.isDeaf = isDeaf }

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .zero }

    /// How many sleep on it now.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// How many have ever begun to.
    package var sleeps: Int { state.withLock { $0.sleeps } }

    package func advance(by duration: Duration) {
        wake { state in
            state.now = state.now.advanced(by: duration)
            return { [now = state.now] in $0.deadline <= now }
        }
    }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.sleeps += 1
            return state.sleeps
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sleeper = Sleeper(number: number, deadline: deadline, continuation: continuation)
                let sleeps = state.withLock { state in
                    if deadline <= state.now || (Task.isCancelled && !isDeaf) { return false }
                    state.sleepers.append(sleeper)
                    return true
                }
                if !sleeps { continuation.resume() }
            }
        } onCancel: {
            if !isDeaf { wake { _ in { $0.number == number } } }
        }
        try Task.checkCancellation()
    }

    private func wake(_ whom: (inout State) -> (Sleeper) -> Bool) {
        let woken = state.withLock { state in
            let isWoken = whom(&state)
            defer { state.sleepers.removeAll(where: isWoken) }
            return state.sleepers.filter(isWoken)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }
}
