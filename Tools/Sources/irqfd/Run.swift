// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import Synchronization
import Workqueue

/// A whole run: rounds until the goal is reached, then the end of everything, and what was counted.
final class Run: Sendable {
    /// When to end.
    enum Goal: Sendable {
        case interrupts(UInt64)
        case time(Duration)
    }

    /// The lines that devices get, of both interrupt controllers in turn. Without 0, 2, 7 and 15, which have a meaning of their own.
    static let lines: [UInt32] = [5, 10, 3, 11, 4, 9, 6, 12]

    private let guest: any Guest
    private let goal: Goal
    private let source: Source
    private let seed: UInt64
    private let patience: Duration
    private let failures = Failures()
    private let latencies = Latencies()
    private let processes = Processes()
    private let board: Board
    private let rounds = Atomic<UInt64>(0)
    private let start = ContinuousClock.now

    init(guest: any Guest, source: Source, devices: Int, goal: Goal, seed: UInt64, patience: Duration) {
        self.guest = guest
        self.source = source
        self.goal = goal
        self.seed = seed
        self.patience = patience
        let lines = Self.lines.prefix(devices).map { [failures] in
            Line(gsi: GSI(rawValue: $0), failures: failures, countsInKernel: source == .descriptors)
        }
        board = Board(guest: guest, lines: lines, failures: failures)
    }

    func run() throws -> Report {
        // The system queue lives as long as the program: it is there before the first count.
        SingleThreadWorkqueue.system.flush()
        let before = Census.now(withOpenDescriptors: true)
        try guest.start(observer: board)
        churn()
        let (leaked, after) = countLeaked(since: before)
        #if os(Linux)
            if ChildProcess.hasChildren { failures.add("a process is left") }
        #endif
        return report(leaked: leaked, before, after)
    }

    /// All rounds, and then the end of all files, all threads and the guest.
    private func churn() {
        let main = Activity("main")
        let racers = Racers(count: 3, caller: main)
        var random = SplitMix64(seed: seed)
        let seats = board.lines.map { line in
            let device = Device(
                line: line,
                latencies: latencies,
                failures: failures,
                patience: patience / 3,
                seed: random.next(),
                hand: makeHand
            )
            return Seat(device: device, source: source)
        }
        let watch = watch(main, racers.activities + seats.map(\.device.activity))
        repeat {
            let number = rounds.wrappingAdd(1, ordering: .relaxed).newValue
            Round(number: number, seats: seats, board: board, racers: racers, failures: failures, patience: patience / 3).run(&random)
        } while !isReached && failures.all.isEmpty
        for seat in seats {
            Round.retire(seat, main, failures, patience / 3)
            seat.device.quit()
        }
        racers.quit()
        main.enter(.stoppingGuest)
        guest.stop()
        watch.end()
    }

    private func makeHand(line: Line, activity: Activity) -> any Hand {
        #if os(Linux)
            if source == .descriptors {
                return ProcessHand(line: line, activity: activity, processes: processes, failures: failures, patience: patience / 3)
            }
        #endif
        return ThreadHand(line: line, failures: failures)
    }

    private var isReached: Bool {
        switch goal {
        case .interrupts(let count): board.interruptsTaken >= count
        case .time(let time): start + time <= .now
        }
    }

    /// What counts as going on is what the main thread does, and the single signals of the devices that work: storms go on by themselves.
    private func watch(_ main: Activity, _ activities: [Activity]) -> Watch {
        Watch(
            patience: patience,
            progress: { [latencies] in main.stepsEntered + latencies.count },
            line: { [self] in
                let sum = sum
                return """
                    \(Report.tenths(.now - start)) s, round \(rounds.load(ordering: .relaxed)): \(sum.signals) signals, \(sum.injected) injected, \
                    \(sum.delivered) taken, \(sum.coalesced) coalesced, \(sum.lost) lost, \(sum.late) late
                    """
            },
            state: { [self] in activities.map(\.state) + board.lines.map(\.state) }
        )
    }

    // MARK: The result

    /// What is alive that was not before.
    private func countLeaked(since before: Census) -> (Int, Census) {
        let excess = Census.awaitReturn(to: before)
        for (kind, count) in excess { failures.add("\(count) \(kind) still alive") }
        return (excess.reduce(0) { $0 + $1.count }, Census.now(withOpenDescriptors: true))
    }

    private var sum: Line.Tally {
        board.lines.reduce(into: Line.Tally()) { $0.add($1.tally) }
    }

    private func report(leaked: Int, _ before: Census, _ after: Census) -> Report {
        let sum = sum
        let (signals, injections) = (after.signals - before.signals, after.injections - before.injections)
        // Books that do not balance prove nothing.
        if sum.signals != sum.answered + sum.unheard + sum.lost {
            failures.add("\(sum.signals) signals are not \(sum.answered) answered, \(sum.unheard) unheard and \(sum.lost) lost")
        }
        let own = source == .threads ? sum.signals : 0
        if own != signals { failures.add("the devices sent \(own) signals through context references, the eventfds count \(signals)") }
        if sum.injected != injections { failures.add("the lines were raised \(sum.injected) times, the irqfds count \(injections)") }
        return Report(
            backend: guest.backend.rawValue,
            source: source.rawValue,
            devices: board.lines.count,
            seed: seed,
            rounds: rounds.load(ordering: .relaxed),
            seconds: Report.tenths(.now - start),
            signals: sum.signals,
            injected: sum.injected,
            delivered: sum.delivered,
            coalesced: sum.coalesced,
            spare: sum.spare,
            unheard: sum.unheard,
            lost: sum.lost,
            late: sum.late,
            leaked: leaked,
            processes: processes.sum,
            killed: processes.sumKilled,
            descriptorsBefore: before.openDescriptors ?? 0,
            descriptorsAfter: after.openDescriptors ?? 0,
            latencySamples: latencies.count,
            latencyP50: latencies.microseconds(at: 50),
            latencyP99: latencies.microseconds(at: 99),
            failures: failures.all
        )
    }
}
