// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What a wake function tells the walk that called it.
///
/// The corresponding kernel value is the return value of a `wait_queue_func_t`: zero, positive, negative.
public enum WakeResult: Sendable, Hashable {
    /// Nobody was woken: an exclusive entry leaves its turn to the next one.
    case notWoken
    /// Somebody was woken: an exclusive entry uses up one turn.
    case woken
    /// The walk ends here. Not counted.
    case stop
}

extension WakeResult: CustomStringConvertible {
    /// The name of the case, also where there is no reflection.
    public var description: String {
        switch self {
        case .notWoken: "notWoken"
        case .woken: "woken"
        case .stop: "stop"
        }
    }
}
