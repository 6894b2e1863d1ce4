// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// What all machines of a host have in common: the queue of everybody, the queue of the shutdowns, and counts.
    final class HistoricalHost: Sendable {
        let run: ScenarioRun
        let events = SingleThreadWorkqueue(name: "events")
        let cleanup = SingleThreadWorkqueue(name: "kvm-irqfd-cleanup")
        /// How many irqfds are alive.
        let irqfds = AtomicUInt32(0)
        /// How many interrupts have been injected.
        let interrupts = AtomicUInt32(0)

        /// Whether wake functions use their irqfd until they return.
        let looksOnceMore: Bool

        init(_ run: ScenarioRun, looksOnceMore: Bool = false) {
            self.run = run
            self.looksOnceMore = looksOnceMore
        }

        /// The last act, outside of what is explored.
        func end() {
            events.shutdown()
            cleanup.shutdown()
        }
    }
#endif
