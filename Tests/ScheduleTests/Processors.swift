// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    internal import Synchronization

    /// Deals out processors, one for each scenario that is being explored; more than there are would only be in each other's way.
    final class Processors: Sendable {
        static let shared = Processors()

        private struct State {
            var free = Array(0..<kp_processor_count())
            var waiting: [CheckedContinuation<Int, Never>] = []
        }

        private let state = Mutex(State())

        func take() async -> Int {
            await withCheckedContinuation { continuation in
                let processor = state.withLock { state -> Int? in
                    if state.free.isEmpty { state.waiting.append(continuation) }
                    return state.free.popLast()
                }
                if let processor { continuation.resume(returning: processor) }
            }
        }

        func giveBack(_ processor: Int) {
            let next = state.withLock { state -> CheckedContinuation<Int, Never>? in
                if state.waiting.isEmpty {
                    state.free.append(processor)
                    return nil
                }
                return state.waiting.removeFirst()
            }
            next?.resume(returning: processor)
        }
    }
#endif
