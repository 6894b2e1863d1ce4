// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// The report of stalls of one queue: its limit, its handler, and when the run in progress has begun.
///
/// The corresponding kernel variable is the `watchdog_ts` of a worker pool.
final class StallWatch: @unchecked Sendable {
    // @unchecked: the variables are guarded by the locks of the queue, of which the worker needs the batch's only; the rest never
    // changes, but for `watcher`, which is written before the queue knows this object.

    /// Kept until the report ends, at the latest when the worker leaves.
    let core: WorkqueueCore
    let limit: Duration
    let handler: @Sendable (WorkqueueStall) -> Void
    /// Who looks.
    @safe @exclusivity(unchecked) var watcher: StallWatcher?
    /// The round in which the watcher has looked here last. Guarded by the lock of the list.
    @safe @exclusivity(unchecked) var round: UInt64 = 0

    /// When the run in progress has begun, or the report, if that was later. Of no meaning while none is.
    @safe @exclusivity(unchecked) private(set) var since = Deadline.never
    /// When the watcher looks here by itself. Never: it must be woken.
    @safe @exclusivity(unchecked) private var nextLook = Deadline.never
    @safe @exclusivity(unchecked) private var isReported = false

    init(of core: WorkqueueCore, limit: Duration, _ handler: @escaping @Sendable (WorkqueueStall) -> Void) {
        self.core = core
        self.limit = limit
        self.handler = handler
    }

    /// A run begins. Under the batch's lock.
    ///
    /// Where the watcher comes by itself, for an earlier run, it comes early enough for this one: then it is not woken.
    func noteBeginning() {
        since = .now
        isReported = false
        if nextLook != .never { return }
        nextLook = Deadline(after: limit, from: since)
        watcher?.parker.unpark()
    }

    /// On the watcher's thread, without any lock: reports a stall, if there is one. Returns when to look again.
    func look() -> Deadline {
        var facts = WorkqueueFacts(of: core)
        while true {
            let now = Deadline.now
            core.lock()
            let next = nextLook(at: now)
            if next != nil || core.copy(to: &facts) {
                // What is reported is not looked at again: the next run wakes the watcher.
                nextLook = next ?? .never
                isReported = isReported || next == nil
                core.unlock()
                if let next { return next }
                report(WorkqueueStall(WorkqueueSnapshot(facts, at: now), limit: limit))
                return .never
            }
            core.unlock()
            facts.makeRoom()
        }
    }

    /// Nil: the run in progress has stalled, and nobody was told. Under the locks of the queue.
    private func nextLook(at now: Deadline) -> Deadline? {
        if core.stallWatch !== self || isReported { return .never }
        if unsafe core.current == nil { return .never }
        let end = Deadline(after: limit, from: since)
        return end > now ? end : nil
    }

    private func report(_ stall: WorkqueueStall) {
        unsafe ExecutionContext.reportedQueue = core.identity
        handler(stall)
        unsafe ExecutionContext.reportedQueue = nil
    }
}
