// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Synchronization
import Workqueue

/// A whole run: rounds until the time is over or something is wrong, and what was counted.
final class Torture: Sendable {
    private let seed: UInt64
    private let threads: Int
    private let time: Duration
    private let patience: Duration
    private let arena = Arena()
    private let rounds = Atomic<UInt64>(0)
    private let start = ContinuousClock.now

    init(seed: UInt64, threads: Int, time: Duration, patience: Duration) {
        self.seed = seed
        self.threads = threads
        self.time = time
        self.patience = patience
    }

    func run() -> TortureReport {
        // The system queue lives as long as the program: it is there before the first count.
        SingleThreadWorkqueue.system.flush()
        let before = Census.now()
        let leaked = churn(since: before)
        checkTotals(since: before)
        return TortureReport(
            seed: seed,
            threads: threads,
            seconds: Report.tenths(.now - start),
            rounds: rounds.load(ordering: .relaxed),
            tally: arena.tally,
            violations: arena.violations,
            leaked: leaked
        )
    }

    /// All rounds. Returns how many objects are alive that were not before.
    private func churn(since before: Census) -> Int {
        let main = Activity("main")
        let racers = Racers(count: threads + 1, caller: main)
        let watch = watch(racers.activities)
        var random = SplitMix64(seed: seed)
        var leaked: [(kind: String, count: Int)] = []
        let round = TortureRound(arena: arena, racers: racers, isTimeOver: { [self] in start + time <= .now })
        repeat {
            rounds.wrappingAdd(1, ordering: .relaxed)
            round.run(&random)
            main.enter(.counting)
            leaked = excess(over: before)
        } while start + time > .now && arena.violations.count == 0 && leaked.isEmpty
        racers.quit()
        watch.end()
        for (kind, count) in leaked { arena.violations.note("I5: \(count) \(kind) still alive") }
        return leaked.reduce(0) { $0 + $1.count }
    }

    /// What is alive that was not before.
    private func excess(over before: Census) -> [(kind: String, count: Int)] {
        let controllers = TortureController.alive
        return Census.awaitReturn(to: before) + (controllers > 0 ? [("controllers", controllers)] : [])
    }

    /// The library's counts and ours must be the same, now that nothing goes on.
    private func checkTotals(since before: Census) {
        let after = Census.now()
        let (signals, injections) = (after.signals - before.signals, after.injections - before.injections)
        let tally = arena.tally
        arena.violations.check(signals == tally.signals.now, "\(tally.signals.now) signals were sent, the eventfds count \(signals)")
        arena.violations.check(
            injections == tally.injections.now,
            "the controllers were called to raise a line \(tally.injections.now) times, the irqfds count \(injections)"
        )
    }

    private func watch(_ activities: [Activity]) -> Watch {
        Watch(
            patience: patience,
            pause: .seconds(1),
            progress: { activities.reduce(0) { $0 &+ $1.stepsEntered } },
            line: { [self] in
                let tally = arena.tally
                return """
                    \(Report.tenths(.now - start)) s, round \(rounds.load(ordering: .relaxed)): \(tally.assigns.now) assigns, \
                    \(tally.deassigns.now) deassigns, \(tally.closes.now) closes, \(tally.releases.now) releases, \
                    \(tally.signals.now) signals, \(tally.injections.now) injections, \(arena.violations.count) violations
                    """
            },
            state: { activities.map(\.state) }
        )
    }
}
