// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import KVMIrqfd
    import Workqueue

    /// Rows about the life of irqfds.
    enum IrqfdRows {
        static let all = [assignDeassign, release, releaseGrowth, close]

        private static let assignDeassign = BenchRow(
            name: "assign-deassign",
            title: "assign and deassign",
            goal: Goal(.part(25, of: PeerName.kvm)),
            prepare: {
                let set = IrqfdSet(controller: SilentController())
                let file = EventFDFile()
                let ours = TimedLoop { count in
                    for _ in 0..<count {
                        try set.assign(file, gsi: 5)
                        try set.deassign(file, gsi: 5)
                    }
                }
                let kernel = KernelMachine.peer {
                    let (machine, eventfd) = (try KernelMachine(), try KernelEventfd())
                    let theirs = TimedLoop { count in
                        for _ in 0..<count {
                            try machine.assign(eventfd.number, line: 5)
                            try machine.deassign(eventfd.number, line: 5)
                        }
                    }
                    return .init(name: PeerName.kvm, measure: theirs.measure)
                }
                return RowMeters(
                    ours: { try Apart.measuring(ours.measure) },
                    peers: kernel.peers,
                    notes: kernel.notes + [Apart.note],
                    end: { set.release() }
                )
            }
        )

        // MARK: Release

        private static let release = BenchRow(
            name: "release-16000",
            title: "release of a set of 16,000, each",
            goal: Goal(.part(50, of: PeerName.kvm)),
            prepare: {
                let count = 16_000
                let kernel = KernelEventfds(atMost: count)
                return RowMeters(
                    ours: { try released(count) },
                    peers: kernel.peers { eventfds in
                        let machine = try KernelMachine()
                        for eventfd in eventfds { try machine.assign(eventfd.number, line: 5) }
                        return RawClock.time { machine.close() } / Double(eventfds.count)
                    },
                    notes: kernel.notes
                )
            }
        )

        private static let releaseGrowth = BenchRow(
            name: "release-growth",
            title: "release of a set of 1,000,000, each",
            floorTitle: "ours, each of 10,000",
            goal: Goal(.timesFloor(1.5)),
            mostRounds: 5,
            prepare: {
                RowMeters(
                    floor: { Figure.median(try (0..<5).map { _ in try released(10_000) }) ?? 0 },
                    ours: { try released(1_000_000) }
                )
            }
        )

        /// Releases a set with so many irqfds: nanoseconds each.
        private static func released(_ count: Int) throws -> Double {
            let set = IrqfdSet(controller: SilentController())
            let files = (0..<count).map { _ in EventFDFile() }
            for file in files { try set.assign(file, gsi: 5) }
            return withExtendedLifetime(files) { Apart.measuring { RawClock.time { set.release() } } / Double(count) }
        }

        // MARK: Close

        private static let close = BenchRow(
            name: "close-1000",
            title: "close of a file with an irqfd, each of 1,000",
            goal: Goal(.part(15, of: PeerName.kvm)),
            notes: ["the first close apart, before them: it wakes the worker that ends the irqfds", Apart.note],
            prepare: {
                let count = 1_000
                let kernel = KernelEventfds(atMost: 0)
                let first = FirstClose()
                return RowMeters(
                    ours: {
                        let set = IrqfdSet(controller: SilentController())
                        defer { set.release() }
                        let one = EventFDFile()
                        let files = (0..<count).map { _ in EventFDFile() }
                        for file in [one] + files { try set.assign(file, gsi: 5) }
                        return try Apart.measuring {
                            first.nanoseconds = try RawClock.time { try one.close() }
                            return try RawClock.time { for file in files { try file.close() } } / Double(count)
                        }
                    },
                    peers: kernel.peers { _ in
                        let machine = try KernelMachine()
                        var eventfds = try (0...count).map { _ in try KernelEventfd() }
                        for eventfd in eventfds { try machine.assign(eventfd.number, line: 5) }
                        eventfds.removeLast()
                        // Dropping one closes it.
                        return RawClock.time { eventfds.removeAll() } / Double(count)
                    },
                    counts: { ["nanoseconds of the first close": first.nanoseconds] },
                    notes: kernel.notes
                )
            }
        )

        private final class FirstClose {
            var nanoseconds = 0.0
        }

    }
#endif
