// swift-irqfd: SPDX-License-Identifier: Apache-2.0

extension SingleThreadWorkqueue {
    /// Copies what the queue does at this moment: what runs, what is pending and who waits.
    ///
    /// The corresponding kernel function is `show_one_workqueue`.
    ///
    /// - Important: Context: takes the queue's locks, and copies under them; does not sleep. Allocates, but not under the locks. May be called anywhere, also
    ///   in the queue's own items and inside a wake function: but who enqueues meanwhile waits until all is copied.
    /// - Complexity: O(*n*) in the number of items that are queued, O(*n* log *n*) in that of timers.
    public func snapshot() -> WorkqueueSnapshot { core.snapshot() }
}

extension SingleThreadWorkqueue: CustomDebugStringConvertible {
    /// The queue in a few words, as `SingleThreadWorkqueue("events", open, runs "blink", 2 pending, 1 timer, 12 runs)`.
    ///
    /// - Important: Context: as ``snapshot()``.
    public var debugDescription: String { "SingleThreadWorkqueue(" + core.snapshot().line + ")" }
}
