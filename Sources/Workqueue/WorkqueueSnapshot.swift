// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What a queue did at one moment: for people who look for what hangs, and for tests.
///
/// It is a copy, and keeps no item alive. ``SingleThreadWorkqueue/snapshot()`` takes one.
///
/// The corresponding kernel function is `show_one_workqueue`.
public struct WorkqueueSnapshot: Sendable, CustomStringConvertible {
    /// Which of its states a queue is in.
    public enum State: Sendable, Hashable, CustomStringConvertible {
        /// It takes whatever comes.
        case open
        /// A drain is under way: only what its own items chain gets in.
        case draining
        /// It is being shut down: only what its own items chain gets in.
        case closing
        /// Its worker has left.
        case ended

        /// The name of the case, also where there is no reflection.
        public var description: String {
            switch self {
            case .open: "open"
            case .draining: "draining"
            case .closing: "closing"
            case .ended: "ended"
            }
        }
    }

    /// An item of work, by the name that it was given, or else by its number.
    public struct Item: Sendable, CustomStringConvertible {
        /// The name. Nil: it was given none.
        public let name: String?

        /// The number of an item without a name, never given twice to items that are alive. Nil: it has a name, or is a part of this package.
        public let number: UInt32?

        init(_ label: WorkLabel) {
            name = label.name
            number = label.number
        }

        /// The name in quotation marks, or the number.
        public var description: String {
            if let name { return "\"\(name)\"" }
            if let number { return "work \(number)" }
            return "an item"
        }
    }

    /// An item whose timer runs.
    public struct Timer: Sendable, CustomStringConvertible {
        /// The item.
        public let item: Item

        /// How long it is until the timer fires. Not positive: its time has come, and the worker has not looked yet.
        public let remaining: Duration

        /// The item, and how long.
        public var description: String { item.description + (remaining > .zero ? " in " + remaining.inWords : " now") }
    }

    /// The name that the queue was given.
    public let name: String

    /// What it accepts.
    public let state: State

    /// The item that runs. Nil: none does.
    public let running: Item?

    /// For how long it has been running.
    ///
    /// Known while stalls of the queue are reported, see ``SingleThreadWorkqueue/reportStalls(longerThan:to:)``, and otherwise nil: the worker of a
    /// queue that nobody watches does not read a clock. Of an item that ran when the report began, the time counts from there.
    public let runningFor: Duration?

    /// What is queued behind it, in the order in which it will run.
    public let pending: [Item]

    /// The items whose timers run, the earliest first.
    public let timers: [Timer]

    /// How many threads and tasks wait for an item of the queue, or for the whole of it: in a flush, a drain or a cancel-and-wait.
    ///
    /// Those that wait for the end, in a shutdown, are not among them.
    public let waiting: Int

    /// Whether the worker sleeps, or is about to, because there is nothing to do.
    public let isIdle: Bool

    /// How many times an item has run.
    ///
    /// How often an enqueue found its item pending is not counted: that call is one atomic operation on the item, and would have to become two.
    public let runs: UInt64

    init(_ facts: WorkqueueFacts, at now: Deadline) {
        name = facts.name
        state = facts.state
        running = facts.running.map { Item($0) }
        runningFor = facts.runningSince.map { max($0.distance(to: now), .zero) }
        pending = facts.pending.map { Item($0) }
        timers = facts.timers.sorted { $0.isBefore($1) }.map { Timer(item: Item($0.label), remaining: now.distance(to: $0.deadline)) }
        waiting = facts.waiting
        isIdle = facts.isIdle
        runs = facts.runs
    }

    /// A line for the queue, and one for each item.
    public var description: String {
        var text = "queue \"\(name)\": " + listed(parts)
        if let running { text += "\n  runs \(running)" + (runningFor.map { " for " + $0.inWords } ?? "") }
        for item in pending { text += "\n  pending: " + item.description }
        for timer in timers { text += "\n  timer: " + timer.description }
        return text
    }

    /// The queue in one line.
    var line: String {
        var parts = parts
        if let running { parts.insert("runs \(running)", at: 1) }
        return "\"\(name)\", " + listed(parts)
    }

    private var parts: [String] {
        var parts = [state.description]
        if isIdle, state == .open { parts.append("idle") }
        parts.append("\(pending.count) pending")
        if !timers.isEmpty { parts.append(counted(timers.count, "timer")) }
        if waiting > 0 { parts.append("\(waiting) waiting") }
        parts.append(counted(runs, "run"))
        return parts
    }
}

// Comparing texts takes the tables of Unicode, which an embedded program would have to carry.
#if !hasFeature(Embedded)
    extension WorkqueueSnapshot: Hashable {}
    extension WorkqueueSnapshot.Item: Hashable {}
    extension WorkqueueSnapshot.Timer: Hashable {}
#endif
