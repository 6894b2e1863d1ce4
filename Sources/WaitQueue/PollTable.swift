// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What a poll calls with the one queue of what is polled, so that the caller can add its entry there.
///
/// It lives for one call, and so is not `Sendable`. Register first, sample afterwards: what happens in between is then
/// seen by the entry, and what happened before by the sample.
///
/// The corresponding kernel structure is `poll_table`.
public struct PollTable {
    /// The events that the caller is interested in: a hint for what is polled.
    public let events: PollEvents

    private let register: (WaitQueueHead) -> Void

    /// Makes a table from a function that adds an entry to the queue it is given.
    ///
    /// The corresponding kernel function is `init_poll_funcptr`.
    public init(_ register: @escaping (WaitQueueHead) -> Void) { self.init(events: .all, register) }

    /// Makes a table for certain events.
    ///
    /// The corresponding kernel function is `init_poll_funcptr`.
    public init(events: PollEvents, _ register: @escaping (WaitQueueHead) -> Void) {
        self.events = events
        self.register = register
    }

    /// Shows the queue to the caller of the poll. Called by what is polled, without any lock, before it samples its state.
    ///
    /// The corresponding kernel function is `poll_wait`.
    public func register(with head: WaitQueueHead) { register(head) }
}

@available(*, unavailable)
extension PollTable: Sendable {}
