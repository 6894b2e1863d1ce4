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
        // The system queue lives as long as the program, and so does what runs tasks: they are there before the first count.
        SingleThreadWorkqueue.system.flush()
        AsyncTwin.warmUp()
        let before = Census.now()
        let leaked = churn(since: before, openBefore: OpenDescriptors.now())
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
    private func churn(since before: Census, openBefore: OpenDescriptors) -> Int {
        let main = Activity("main")
        let racers = Racers(count: threads + 1 + DescriptorLanes.count, caller: main)
        let leader = racers.activities[racers.activities.count - 2]
        let band = Racers(count: 1 + DescriptorLanes.hands, caller: leader, role: "hand")
        let watch = watch(racers.activities + band.activities.dropFirst())
        var random = SplitMix64(seed: seed)
        var leaked: [(kind: String, count: Int)] = []
        let round = TortureRound(arena: arena, racers: racers, band: band, isTimeOver: { [self] in start + time <= .now })
        repeat {
            rounds.wrappingAdd(1, ordering: .relaxed)
            round.run(&random)
            main.enter(.counting)
            leaked = excess(over: before, openBefore: openBefore)
        } while start + time > .now && arena.violations.count == 0 && leaked.isEmpty
        racers.quit()
        band.quit()
        watch.end()
        for (kind, count) in leaked { arena.violations.note("I5: \(count) \(kind) still alive") }
        return leaked.reduce(0) { $0 + $1.count }
    }

    /// What is alive that was not before.
    private func excess(over before: Census, openBefore: OpenDescriptors) -> [(kind: String, count: Int)] {
        let alive = Census.awaitReturn(to: before)
        // Last: the library has closed its own by now, or has been waited for in vain.
        let controllers = TortureController.alive
        return alive + (controllers > 0 ? [("controllers", controllers)] : []) + OpenDescriptors.awaitReturn(to: openBefore)
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
