// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer

    /// A place where one thread at a time may be.
    final class Narrows: @unchecked Sendable {
        // @unchecked: who is inside alone has `passages` alone, and whoever is not alone ends the run.

        private let inside = AtomicUInt32(0)
        private(set) var passages = 0

        /// Goes in and out again, with points in between. `sentence`: what is broken when somebody else is inside.
        func pass(_ run: ScenarioRun, _ sentence: @autoclosure () -> String) {
            let before = passages
            run.expect(inside.exchange(1) == 0, sentence())
            run.expect(inside.exchange(0) == 1, sentence())
            passages = before + 1
        }

        /// Once all is quiet.
        func expectPassages(_ count: Int, _ run: ScenarioRun) {
            run.expect(passages == count, "\(passages) of \(count) threads have been inside alone")
        }
    }
#endif
