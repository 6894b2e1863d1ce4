// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// A set of irqfds, its injection queue, and a controller that notices what must not happen.
    final class Machine: InterruptController {
        /// Bit 31: the set has been released; odd: a call is in progress; half of it: how many calls there were.
        ///
        /// One word, so that a call and the look at it are steps that depend on each other.
        private let state = AtomicUInt32(0)
        /// What signallers have stored before their signals, as far as the last call has seen it.
        private let seen = AtomicUInt32(0)
        private let events = AtomicUInt32(0)
        private let run: ScenarioRun
        let queue: SingleThreadWorkqueue
        private let ownsQueue: Bool

        private static var released: UInt32 { 1 << 31 }

        init(_ run: ScenarioRun, queue: SingleThreadWorkqueue? = nil) {
            self.run = run
            ownsQueue = queue == nil
            self.queue = queue ?? SingleThreadWorkqueue(name: "injector")
        }

        func makeSet() -> IrqfdSet { IrqfdSet(controller: self, injectionQueue: queue) }

        func setInterrupt(_ gsi: GSI, level: Bool) {
            if level { seen.store(events.load()) }
            let before = state.fetchAdd(1)
            run.expect(before & Machine.released == 0, "the controller was called after release() had returned (I1)")
            if level { run.remark("interrupt \(gsi)") }
        }

        /// What a signaller does first: the call that follows its signal must see it.
        func announceEvent() { _ = events.fetchAdd(1) }

        /// Called when release() has returned.
        func expectQuietForever() {
            let before = state.fetchOr(Machine.released)
            run.expect(before & 1 == 0, "the controller was being called when release() returned (I1)")
        }

        /// Called when deassign() of the only irqfd has returned; nothing else is assigned meanwhile.
        func expectQuiet(since calls: UInt32? = nil) -> UInt32 {
            let now = state.load() & ~Machine.released
            run.expect(now & 1 == 0, "the controller was being called when deassign() returned (I2)")
            if let calls { run.expect(now / 2 == calls, "the controller was called after deassign() had returned (I2)") }
            return now / 2
        }

        /// The number of calls, once all is quiet.
        var interrupts: Int { Int(state.load() & ~Machine.released) / 2 }

        /// Once all is quiet: each event of an irqfd that stayed active is followed by a call.
        func expectNothingLost() {
            run.expect(seen.load() == events.load(), "an event was lost: no interrupt came after it (I7)")
        }

        /// Once all is quiet.
        func expectAtMost(_ limit: Int) {
            run.expect(interrupts <= limit, "\(interrupts) interrupts, and at most \(limit) can have been caused (I8)")
        }

        /// The last act, outside of what is explored.
        func end(_ sets: IrqfdSet...) {
            for set in sets { set.release() }
            if ownsQueue { queue.shutdown() }
        }
    }

    /// Runs what may throw one error that the race allows.
    func unless<E: Error & Equatable>(_ allowed: E, _ body: () throws -> Void, _ run: ScenarioRun) {
        do { try body() } catch { run.expect(error as? E == allowed, "unexpected error: \(error)") }
    }
#endif
