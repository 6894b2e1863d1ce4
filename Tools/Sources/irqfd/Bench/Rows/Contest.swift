// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import GuestKit
    import Synchronization

    /// Several threads that do one thing at the same time, for a while.
    struct Contest {
        /// What came of it.
        struct Result: Sendable {
            /// Of time that has passed, for each operation of whatever thread.
            let nanoseconds: Double
            /// Operations of the thread that has the fewest, as a part of the mean.
            let smallestShare: Double
        }

        /// What all threads look at.
        private final class Gate: Sendable {
            let ready = Atomic(0)
            let isOpen = Atomic(false)
            let isOver = Atomic(false)
            let counts: Monitor<[Int]>

            init() { counts = Monitor([]) }
        }

        /// So many operations between two looks at whether it is over.
        private static let batch = 16

        let threads: Int
        /// How long they have, in microseconds: more threads than processors take turns, and each is to have some.
        private var time: UInt32 { UInt32(20_000 * threads) }

        init(threads: Int) { self.threads = threads }

        /// All threads call the body with the number of operations that it is to make, on and on, until the time is over.
        func run(_ body: @escaping @Sendable (Int) -> Void) -> Result {
            let gate = Gate()
            let crowd = (0..<threads).map { number in
                NamedThread(name: "bench-\(number)") {
                    gate.ready.add(1, ordering: .releasing)
                    while !gate.isOpen.load(ordering: .acquiring) { sched_yield() }
                    var count = 0
                    while !gate.isOver.load(ordering: .relaxed) {
                        body(Self.batch)
                        count += Self.batch
                    }
                    gate.counts.update { $0.append(count) }
                }
            }
            while gate.ready.load(ordering: .acquiring) < threads { sched_yield() }
            let passed = RawClock.time {
                gate.isOpen.store(true, ordering: .releasing)
                usleep(time)
                gate.isOver.store(true, ordering: .relaxed)
            }
            for thread in crowd { thread.join() }
            let counts = gate.counts.read { $0.map(Double.init) }
            let sum = counts.reduce(0, +)
            let smallest = counts.min() ?? 0
            return Result(nanoseconds: passed / max(1, sum), smallestShare: sum > 0 ? smallest * Double(threads) / sum : 0)
        }
    }
#endif
