// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import Workqueue

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// One round: all threads do as they like with what they own and with what they share, and then end everything.
struct TortureRound {
    let arena: Arena
    let racers: Racers
    /// The threads that the last of the racers leads.
    let band: Racers
    /// Whether the time of the run is over.
    let isTimeOver: @Sendable () -> Bool

    private var activity: Activity { racers.activities[0] }

    func run(_ random: inout SplitMix64) {
        let queue = SingleThreadWorkqueue(name: "torture-shared")
        let machines = race(on: queue, &random)
        // Of the shared sets those that nobody has released are dropped by now.
        Barrier.wait(arena, activity)
        var areGone = true
        for machine in machines {
            machine.finish()
            areGone = Barrier.waitForController(of: machine, arena, activity) && areGone
        }
        activity.enter(.shuttingDown)
        // Otherwise it would be misuse, and nobody would read what was wrong.
        if areGone { queue.shutdown() }
    }

    /// Returns, when everything is ended or dropped, the books of the shared sets.
    private func race(on queue: SingleThreadWorkqueue, _ random: inout SplitMix64) -> [MachineBook] {
        let weather = Weather(&random)
        do {
            let bench = try SharedBench(weather, arena, queue: queue, &random)
            let others = try SharedBench(weather, arena, queue: queue, hasDescriptors: true, &random)
            let extra = DescriptorLanes(arena: arena, band: band, bench: bench, others: others).all(queue, &random) + [sleep(others)]
            // All but one work; that one sleeps.
            let workers = racers.activities.count - extra.count - 1
            let lanes = (0..<workers).map { _ in work(bench, seed: random.next()) } + [sleep(bench)] + extra
            racers.race(lanes.map { [$0] })
            return bench.machines + others.machines
        } catch {
            arena.violations.add("a new file: \(error)")
            return []
        }
    }

    /// A thread that works until its steps are done, or another one's.
    private func work(_ bench: SharedBench, seed: UInt64) -> @Sendable (Activity) -> Void {
        { [arena, isTimeOver] activity in
            var random = SplitMix64(seed: seed)
            let owner = Owner(bench: bench, arena: arena, activity: activity, seed: random.next())
            let rival = Rival(bench: bench, arena: arena, activity: activity)
            for number in 0..<bench.weather.steps where !bench.isEnding.isSo {
                if number.isMultiple(of: 32), isTimeOver() { break }
                if Int.random(in: 0..<100, using: &random) < bench.weather.shared { rival.step(&random) } else { owner.step() }
            }
            rival.finish(&random)
            owner.finish()
        }
    }

    /// A thread that sleeps in reads of the shared files, and so holds them while they are closed.
    private func sleep(_ bench: SharedBench) -> @Sendable (Activity) -> Void {
        { [arena] activity in
            let places = bench.files.indices.filter(bench.mayBeSlept)
            var turn = 0
            while true {
                turn += 1
                let open = bench.files[places[turn % places.count]].read { $0 }
                activity.enter(.reading)
                do throws(EventFDError) {
                    arena.violations.check(try open.file.read() > 0, "a read returned zero")
                    arena.tally.reads.add()
                } catch {
                    arena.violations.check(error == .badFileDescriptor && open.line.event.isEnding, "a read that may sleep: \(error)")
                    if bench.isEnding.isSo { return }
                    sched_yield()
                }
            }
        }
    }
}
