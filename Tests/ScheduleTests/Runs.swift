// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// What the function of an item does in these scenarios: it notices what must not happen.
    final class Runs: Sendable {
        /// Bit 0: it runs; from bit 1: how many runs are over; from bit 16: the last event that a run which is over has read;
        /// bit 31: nothing may run any more.
        ///
        /// One word, so that a run and a look at it are steps that depend on each other.
        private let state = AtomicUInt32(0)
        /// One is stored before each enqueue.
        private let events = AtomicUInt32(0)
        /// The last one whose enqueue has returned, for who flushes afterwards.
        private let told = AtomicUInt32(0)
        // Looked at when all is over only, and so no scheduling points.
        private let begun = StatCounter()
        private let queued = StatCounter()
        private let cancelled = StatCounter()
        private let run: ScenarioRun

        private static var ended: UInt32 { 1 << 31 }

        init(_ run: ScenarioRun) { self.run = run }

        /// The function's body; what it does besides is told the number of the run, from 1.
        func happen(_ body: (Int) -> Void) {
            begun.add(1)
            let before = state.fetchAdd(1)
            run.expect(before & Runs.ended == 0, "an item ran that was not to run any more")
            run.expect(before & 1 == 0, "two instances of one item ran at once")
            let event = events.load()
            run.remark("reads event \(event)")
            body(Runs.over(before) + 1)
            _ = state.fetchAdd(1 + (event - Runs.seen(before)) << 16)
        }

        private static func over(_ state: UInt32) -> Int { Int(state >> 1 & 0x7fff) }
        private static func seen(_ state: UInt32) -> UInt32 { state >> 16 & 0x7fff }

        // MARK: The enqueuers

        /// Stores an event and calls an enqueue. `tells`: who flushes afterwards has to wait for a run that reads it.
        @discardableResult
        func enqueue(tells: Bool = false, _ body: () -> EnqueueResult) -> EnqueueResult {
            let event = announce()
            let result = body()
            record(result)
            if tells, result != .refused { told.store(event) }
            return result
        }

        /// Stores an event, for an enqueue that comes next.
        func announce() -> UInt32 {
            let event = events.fetchAdd(1) + 1
            run.remark("stores event \(event)")
            return event
        }

        func record(_ result: EnqueueResult) {
            switch result {
            case .queued: queued.add(1)
            case .alreadyPending: run.remark("was pending already")
            case .refused: run.remark("is refused")
            }
        }

        /// What was told until now.
        var lastTold: UInt32 { told.load() }

        func recordCancel(_ wasPending: Bool) {
            run.remark(wasPending ? "has cancelled" : "nothing to cancel")
            if wasPending { cancelled.add(1) }
        }

        /// Where it is not refused.
        func recordReschedule(_ wasPending: Bool) {
            run.remark(wasPending ? "was pending" : "was not pending")
            if !wasPending { queued.add(1) }
        }

        // MARK: What is promised

        /// A run that is over has read the event.
        func expectSeen(_ event: UInt32, _ sentence: @autoclosure () -> String) {
            run.expect(Runs.seen(state.load()) >= event, sentence())
        }

        /// So many runs are over.
        func expectOver(_ count: Int, _ sentence: @autoclosure () -> String) {
            run.expect(Runs.over(state.load()) >= count, sentence())
        }

        /// The call that has just returned promises that the item does not run, and nobody may enqueue it afterwards.
        func expectQuietForever(_ call: String) {
            let before = state.fetchOr(Runs.ended)
            run.expect(before & 1 == 0, "an item was running when \(call) returned")
            run.remark("\(call) has returned")
        }

        /// From now on it may be enqueued again.
        func allowMore() { _ = state.fetchAnd(~Runs.ended) }

        /// Once all is quiet, and nothing was cancelled or refused.
        func expectNothingLost() {
            run.expect(Runs.seen(state.load()) == events.load(), "an event was lost: no run came after it")
        }

        /// Once all is quiet: a successful enqueue is one run, or was cancelled by one call.
        func expectOneRunForEachEnqueue() {
            let (begun, queued, cancelled) = (begun.load(), queued.load(), cancelled.load())
            run.expect(
                begun + cancelled == queued,
                "\(queued) enqueues were successful, \(cancelled) cancelled, and \(begun) runs came of them"
            )
        }

        /// The same, where timers may have been dropped.
        func expectAtMostOneRunForEachEnqueue() {
            let (begun, queued, cancelled) = (begun.load(), queued.load(), cancelled.load())
            run.expect(
                begun + cancelled <= queued,
                "\(queued) enqueues were successful, \(cancelled) cancelled, and \(begun) runs came of them"
            )
        }

        /// Once all is quiet.
        var count: Int { Int(begun.load()) }
    }
#endif
