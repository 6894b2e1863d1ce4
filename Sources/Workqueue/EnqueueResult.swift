// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What became of an item that was to be queued.
///
/// The corresponding kernel value is the result of `queue_work`, which does not tell the last two apart.
public enum EnqueueResult: Sendable, Hashable {
    /// It was queued, and will run once more. That run sees everything the caller stored before.
    case queued
    /// It was pending already: the run that is to come, and has not begun, sees everything the caller stored before.
    case alreadyPending
    /// Nothing will run: the queue is shut down or being drained, or the item is being cancelled.
    case refused
}

extension EnqueueResult: CustomStringConvertible {
    /// The name of the case, also where there is no reflection.
    public var description: String {
        switch self {
        case .queued: "queued"
        case .alreadyPending: "alreadyPending"
        case .refused: "refused"
        }
    }
}
