// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import Dispatch
    import EventFD
    import Foundation
    import KVMIrqfd
    import Synchronization
    import Workqueue

    /// Rows in which one thread hands something to another, and waits for it.
    enum HandOffRows {
        static let flushes = [flushHot, flushCold]

        /// After so many looks who spins in a floor goes to sleep; on one processor at once.
        private static let pauses = ProcessInfo.processInfo.activeProcessorCount > 1 ? 1_000 : 0

        private static let flushHot = BenchRow(
            name: "flush-hot",
            title: "enqueue, run, flush, hot",
            floorTitle: "a round trip between two threads that spin",
            goal: Goal(.timesFloor(1.5), .times(20, of: PeerName.dispatch)),
            notes: ["Dispatch: async of a work item, and a wait for it", Apart.note],
            prepare: {
                let pair = try Apart.starting { try ThreadPair(ownPauses: pauses, theirPauses: pauses) }
                let floor = TimedLoop { pair.roundTrips($0) }
                let queue = Apart.starting { SingleThreadWorkqueue(name: "bench-flush-hot") }
                let work = Work { _ in }
                let ours = TimedLoop { flush(work, on: queue, $0) }
                let dispatch = DispatchQueue(label: "bench-flush-hot")
                let theirs = TimedLoop { runAndWait(on: dispatch, $0) }
                return RowMeters(
                    floor: { try Apart.measuring(floor.measure) },
                    ours: { try Apart.measuring(ours.measure) },
                    peers: [.init(name: PeerName.dispatch, measure: theirs.measure)],
                    end: { queue.shutdown() }
                )
            }
        )

        // MARK: Cold

        /// So long a pause before each hand-off: everybody sleeps long before it ends.
        private static let idle: UInt32 = 20_000
        /// How many hand-offs a slice has.
        private static let samples = 8
        /// What a round trip has: one there, and one back.
        private static let handOffs = 2.0

        private static let flushCold = BenchRow(
            name: "flush-cold",
            title: "enqueue, run, flush, after an idle pause",
            floorTitle: "a round trip between two threads that sleep on futexes",
            goal: Goal(.timesFloor(1.3), .atMost(1, "kernel wakes a hand-off"), .exactly(1, "kernel waits a kernel wake")),
            notes: ["each after a pause of \(idle / 1_000) ms, in which the worker goes to sleep; a round trip is two hand-offs"],
            prepare: {
                let pair = try ThreadPair(ownPauses: 0, theirPauses: 0)
                let queue = SingleThreadWorkqueue(name: "bench-flush-cold")
                let work = Work { _ in }
                let dispatch = DispatchQueue(label: "bench-flush-cold")
                let counted = Counted()
                return RowMeters(
                    floor: { cold { pair.roundTrips(1) } },
                    ours: {
                        // Asleep before the first count, as it is before the last.
                        usleep(idle)
                        let before = KernelSleeps.current
                        let time = cold { flush(work, on: queue, 1) }
                        usleep(idle)
                        counted.set(before, KernelSleeps.current, handOffs: Double(samples) * handOffs)
                        return time
                    },
                    peers: [.init(name: PeerName.dispatch) { cold { runAndWait(on: dispatch, 1) } }],
                    counts: { counted.numbers },
                    notes: KernelSleeps.current == nil ? ["the library's waits and wakes in the kernel are not counted"] : [],
                    end: { queue.shutdown() }
                )
            }
        )

        /// What the kernel had to do with a slice.
        private final class Counted {
            private(set) var numbers: [String: Double] = [:]

            func set(_ before: KernelSleeps?, _ after: KernelSleeps?, handOffs: Double) {
                guard let before, let after else { return }
                numbers = [
                    "kernel wakes a hand-off": Double(after.wakes - before.wakes) / handOffs,
                    "kernel waits a kernel wake": Double(after.sleeps - before.sleeps) / Double(max(after.wakes - before.wakes, 1)),
                ]
            }
        }

        /// The median of some, each after a pause.
        private static func cold(_ body: () -> Void) -> Double {
            let times = (0..<samples).map { _ in
                usleep(idle)
                return RawClock.time(body)
            }
            return Figure.median(times) ?? 0
        }

        @inline(never)
        private static func flush(_ work: Work, on queue: SingleThreadWorkqueue, _ count: Int) {
            for _ in 0..<count {
                queue.enqueue(work)
                work.flush()
            }
        }

        @inline(never)
        private static func runAndWait(on queue: DispatchQueue, _ count: Int) {
            for _ in 0..<count {
                let item = DispatchWorkItem {}
                queue.async(execute: item)
                item.wait()
            }
        }

        // MARK: From a signal to the controller

        /// Counts the lines that are raised.
        private final class Counter: InterruptController {
            let raised = Atomic<UInt64>(0)

            func setInterrupt(_ gsi: GSI, level: Bool) {
                if level { raised.add(1, ordering: .releasing) }
            }

            /// Signals so often, and spins each time until the line is raised.
            @inline(never)
            func roundTrips(_ reference: borrowing EventFDContextReference, _ count: Int) {
                var goal = raised.load(ordering: .acquiring)
                for _ in 0..<count {
                    goal += 1
                    reference.signal(1)
                    var looks = 0
                    while raised.load(ordering: .acquiring) < goal {
                        floors_pause()
                        looks += 1
                        if looks.isMultiple(of: 65_536) { sched_yield() }
                    }
                }
            }
        }

        static let injectHot = BenchRow(
            name: "inject-hot",
            title: "signal to setInterrupt on the other thread, hot",
            floorTitle: "a round trip between two threads of which one never sleeps",
            goal: Goal(.timesFloor(1.5)),
            notes: [
                "both as round trips of one shape: the first thread signals and spins until the other has stored a number; one way is about half of it",
                Apart.note,
            ],
            prepare: {
                let pair = try Apart.starting { try ThreadPair(ownPauses: Int(floors_without_sleep), theirPauses: pauses) }
                let floor = TimedLoop { pair.roundTrips($0) }
                let counter = Counter()
                let queue = Apart.starting { SingleThreadWorkqueue(name: "bench-inject") }
                let set = IrqfdSet(controller: counter, injectionQueue: queue)
                let file = EventFDFile()
                try set.assign(file, gsi: 5)
                let signaller = Signaller(try file.makeContextReference())
                let ours = TimedLoop { counter.roundTrips(signaller.reference, $0) }
                return RowMeters(
                    floor: { try Apart.measuring(floor.measure) },
                    ours: { try Apart.measuring(ours.measure) },
                    end: {
                        set.release()
                        queue.shutdown()
                        withExtendedLifetime(file) {}
                    }
                )
            }
        )
    }
#endif
