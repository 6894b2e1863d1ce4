// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What stood on a wait queue at one moment: for people who look for what hangs, and for tests.
///
/// It is a copy, and keeps nothing alive. ``WaitQueueHead/snapshot()`` takes one. There is no corresponding kernel structure.
public struct WaitQueueSnapshot: Sendable, Hashable, CustomStringConvertible {
    /// Somebody who is queued.
    public struct Waiter: Sendable, Hashable, CustomStringConvertible {
        /// Who it is.
        public enum Kind: Sendable, Hashable {
            /// A ``WaitQueueEntry``.
            case entry
            /// A thread that sleeps until it is woken.
            case thread
            /// A task that is suspended until it is woken.
            case task
            /// What another module of this package has queued: an irqfd, or a descriptor that follows a file.
            case part
        }

        /// Who it is.
        public let kind: Kind

        /// Whether it uses up one of the turns of a wake.
        public let isExclusive: Bool

        /// Whether it is called before all that have no priority.
        public let isPriority: Bool

        /// A wake that carries none of these passes it over.
        public let mask: PollEvents

        /// Whether it is a reader or writer of an eventfd's file, whom a close wakes.
        package let isFileSleeper: Bool

        /// In words: the kind, and what is not as usual.
        public var description: String {
            var parts: [String] = []
            switch kind {
            case .entry: parts.append("entry")
            case .thread: parts.append("thread")
            case .task: parts.append("task")
            case .part: parts.append("part")
            }
            if isPriority { parts.append("priority") }
            if isExclusive { parts.append("exclusive") }
            if mask != .all { parts.append("mask \(mask.description)") }
            return listed(parts)
        }
    }

    /// The number of the queue, never given twice: of an eventfd's queue it is that of the eventfd.
    public let number: UInt64

    /// Who is queued, in the order in which a wake calls them.
    public let waiters: [Waiter]

    /// How many wakes have found somebody queued.
    public let wakes: UInt64

    package init(number: UInt64, waiters: [Waiter], wakes: UInt64) {
        self.number = number
        self.waiters = waiters
        self.wakes = wakes
    }

    /// A line for the queue, and one for each waiter.
    public var description: String {
        var text = "wait queue \(number): \(counted(waiters.count, "waiter")), \(counted(wakes, "wake"))"
        for waiter in waiters { text += "\n  " + waiter.description }
        return text
    }
}
