// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// An item that has been running for longer than a queue's limit, and what stands behind it.
///
/// See ``SingleThreadWorkqueue/reportStalls(longerThan:to:)``. It is a copy, and keeps neither the queue nor an item alive.
///
/// The corresponding kernel message is "BUG: workqueue lockup", of the workqueue watchdog.
public struct WorkqueueStall: Sendable, CustomStringConvertible {
    /// The name of the queue.
    public var queue: String { snapshot.name }

    /// The item that runs.
    public let work: WorkqueueSnapshot.Item

    /// For how long it has been running: since the run began, or since the report began, whichever was later.
    public let runningFor: Duration

    /// The limit that was given.
    public let limit: Duration

    /// The queue at that moment: what is pending behind the item, and how many wait.
    public let snapshot: WorkqueueSnapshot

    init(_ snapshot: WorkqueueSnapshot, limit: Duration) {
        self.snapshot = snapshot
        self.limit = limit
        work = snapshot.running ?? WorkqueueSnapshot.Item(.anonymous)
        runningFor = snapshot.runningFor ?? limit
    }

    /// One line, for a log.
    public var description: String {
        var text = "queue \"\(queue)\": \(work) has been running for \(runningFor.inWords), longer than \(limit.inWords)"
        if snapshot.waiting > 0 { text += "; \(snapshot.waiting) waiting" }
        if snapshot.pending.isEmpty { return text + "; nothing pending behind it" }
        text += "; \(snapshot.pending.count) pending behind it: "
        // A report names the first ones; the snapshot has all.
        text += listed(snapshot.pending.prefix(WorkqueueStall.named).map { $0.description })
        return snapshot.pending.count > WorkqueueStall.named ? text + ", …" : text
    }

    private static var named: Int { 8 }
}
