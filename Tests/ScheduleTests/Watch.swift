// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Watches the function of an entry, and notices when it runs though it must not.
    final class Watch: Sendable {
        /// Bit 31: the entry has been removed; odd: the function is running; half of it: how often it has run.
        ///
        /// One word, so that a call and the look at it are steps that depend on each other.
        private let state = AtomicUInt32(0)
        private let run: ScenarioRun

        private static var removed: UInt32 { 1 << 31 }

        init(_ run: ScenarioRun) { self.run = run }

        /// The entry keeps the watch, and not the other way round.
        func makeEntry(mask: PollEvents = .all, _ body: @escaping WaitQueueEntry.WakeFunction = { _, _, _ in .woken }) -> WaitQueueEntry {
            WaitQueueEntry(mask: mask) { [self] entry, events, locked in
                let before = state.fetchAdd(1)
                run.expect(before & Watch.removed == 0, "the function of an entry ran after the entry had been removed (I17)")
                run.expect(before & 1 == 0, "the function of an entry ran twice at once")
                let result = body(entry, events, &locked)
                _ = state.fetchAdd(1)
                return result
            }
        }

        /// Called when `remove` has returned.
        func expectGone() {
            let before = state.fetchOr(Watch.removed)
            run.expect(before & 1 == 0, "the function of an entry was running when remove() returned (I17)")
        }

        /// Called by the function, when it has removed its entry.
        func markGone() { _ = state.fetchOr(Watch.removed) }

        /// Called before the entry is added again.
        func markBack() { _ = state.fetchAnd(~Watch.removed) }

        /// How often the function has run.
        var calls: Int { Int(state.load() & ~Watch.removed) / 2 }
    }

    /// Once all is quiet: these entries, and no others.
    func expectAlive(_ entries: [WaitQueueEntry], _ run: ScenarioRun) {
        let alive = WaitQueueDiagnostics.current.entriesAlive
        withExtendedLifetime(entries) {
            run.expect(alive == entries.count, "a queue has let go of an entry more often than it took it, or less often")
        }
    }

    extension WaitQueueHead {
        /// An empty queue with a name, for who reads a schedule.
        static func named(_ name: String) -> WaitQueueHead {
            let head = WaitQueueHead()
            head.nameLock(.exact(name))
            return head
        }
    }
#endif
