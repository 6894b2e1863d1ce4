// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    internal import KernelPrimitives

    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Musl)
        internal import Musl
    #elseif canImport(Darwin)
        internal import Darwin
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// The searches of one scenario, in one process.
    final class Session {
        private let scenario: Scenario
        private let scheduler: Scheduler
        private let census: () -> [String: Int]
        private let censusBefore: [String: Int]
        /// Runs so far, of all searches: what a failure took to be found.
        private var runs = 0
        /// Which of the processors it uses: whoever explores several scenarios at once deals them out.
        nonisolated(unsafe) static var processor = 0
        private let secondsLimit = unsafe getenv("SCHEDULE_SECONDS").flatMap { unsafe Double(String(cString: $0)) }

        /// For the handler of signals, which can capture nothing: the session of this process.
        nonisolated(unsafe) private static var running: Session?

        init(_ scenario: Scenario, _ census: @escaping () -> [String: Int]) {
            self.scenario = scenario
            self.census = census
            censusBefore = census()
            // Neighbours of a turn share a cache, no processor has to be woken, and the other one is free for another scenario.
            unsafe kp_stay_on_processor(UInt32(Session.processor))
            // The failing run ends the process, so the session is there whenever this is called.
            scheduler = Scheduler(scenario, DepthFirstSearch()) { _, sentence in unsafe Session.running!.conclude(sentence) }
            unsafe Session.running = self
            Session.reportCrashes()
        }

        /// `visit` sees each run that came to its own end.
        @discardableResult
        func search(_ search: any Search, limit: Int = .max, visit: (Scheduler) -> Void = { _ in }) -> Exploration {
            var result = Exploration(name: scenario.name, bound: search.bound)
            let begin = kp_monotonic_now()
            let pointsBefore = scheduler.points
            scheduler.search = search
            repeat {
                runs += 1
                scheduler.run()
                checkCensus()
                if scheduler.isCutShort {
                    result.cutShort += 1
                } else {
                    result.schedules += 1
                    result.traces.insert(scheduler.digest.trace)
                    result.observations.insert(scheduler.observations.joined(separator: ", "))
                    visit(scheduler)
                }
            } while result.schedules + result.cutShort < limit && !isOver(begin) && search.advance()
            result.isComplete = search.isComplete
            result.points = scheduler.points - pointsBefore
            result.seconds = Double(kp_monotonic_now() - begin) / 1e9
            return result
        }

        /// One run, led along the story as far as that goes.
        func follow(_ story: Story, visit: (Scheduler) -> Void) {
            search(StorySearch { [scheduler] in story.nextThread(in: scheduler) }, visit: visit)
        }

        /// The same choices must lead to the same run, or a search visits something else than it believes.
        func checkRepeatable() {
            for seed in 1...3 as ClosedRange<UInt64> {
                var seen: [UInt64] = []
                for _ in 0..<2 {
                    scheduler.search = RandomSearch(seed: seed, runs: 1)
                    runs += 1
                    scheduler.run()
                    checkCensus()
                    seen.append(scheduler.digest.exact)
                }
                if seen[0] != seen[1] { conclude("the scenario is not repeatable: with seed \(seed) it went two ways") }
            }
        }

        /// For who tries out a scenario: SCHEDULE_SECONDS ends each search early, which is then said not to be complete.
        private func isOver(_ begin: UInt64) -> Bool {
            guard let secondsLimit else { return false }
            return Double(kp_monotonic_now() - begin) > secondsLimit * 1e9
        }

        private func checkCensus() {
            let now = census()
            for (kind, count) in censusBefore.sorted(by: { $0.key < $1.key }) where now[kind] != count {
                conclude("alive at the end: \((now[kind] ?? 0) - count) \(kind) more than before")
            }
        }

        /// Says what went wrong, and how it came to that, and ends the process, whose threads stand in the middle of something.
        private func conclude(_ sentence: String) -> Never {
            print("schedules: \(scenario.name): failed after \(runs) schedules: \(sentence)")
            print(Report(scheduler).text)
            print("FAILURE: \(sentence)")
            print(Replay(name: scenario.name, choices: scheduler.choices).command)
            fflush(nil)
            _exit(0)
        }

        /// What a schedule may lead to, too.
        private static func reportCrashes() {
            for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE] {
                signal(number) { number in
                    unsafe Session.running?.conclude("the process crashed, signal \(number)")
                }
            }
        }
    }
#endif
