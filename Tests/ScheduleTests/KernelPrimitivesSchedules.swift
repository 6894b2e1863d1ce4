// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing

    @Suite("Schedules of KernelPrimitives")
    struct KernelPrimitivesSchedules {
        @Test("All schedules", arguments: kernelPrimitivesScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let kernelPrimitivesScenarios = locks + parkers + krefs

    // MARK: The lock, down to the word

    private final class Lock: @unchecked Sendable {
        // @unchecked: `passages` is guarded by `mutex`, which is what is tested.

        private let mutex = AdaptiveMutex(.workqueue)
        private let touched = Tally()
        private var passages = 0

        /// One section, with a point inside.
        func pass(_ run: ScenarioRun) {
            mutex.withLock {
                let before = passages
                touched.add()
                run.expect(passages == before, "two threads have one lock")
                passages = before + 1
            }
        }

        func expectPassages(_ count: Int, _ run: ScenarioRun) {
            run.expect(passages == count, "\(passages) of \(count) threads have had the lock alone")
        }
    }

    private let locks = [
        Scenario("lock against lock", spuriousWakeups: 2, looksInside: true) { run in
            let lock = Lock()
            let twice: @Sendable () -> Void = {
                lock.pass(run)
                lock.pass(run)
            }
            run.explore(["lock": twice, "lock too": twice])
            lock.expectPassages(4, run)
        },
        Scenario("lock against lock against lock", looksInside: true) { run in
            let lock = Lock()
            let once: @Sendable () -> Void = { lock.pass(run) }
            run.explore(["lock": once, "lock too": once, "lock as well": once])
            lock.expectPassages(3, run)
        },
    ]

    // MARK: The parker, down to the word

    private final class Bed: Sendable {
        let parker = Parker()
    }

    private let parkers = [
        Scenario("park and unpark, back and forth", spuriousWakeups: 1, looksInside: true) { run in
            let (mine, yours) = (Bed(), Bed())
            let news = Tally()
            run.explore([
                "park": {
                    for round in 1...2 {
                        mine.parker.park("news")
                        run.expect(news.count == round, "the park returned before its unpark")
                        yours.parker.unpark()
                    }
                },
                "unpark": {
                    for _ in 1...2 {
                        news.add()
                        mine.parker.unpark()
                        yours.parker.park("an answer")
                    }
                },
            ])
        },
        Scenario("park against unpark and unpark", spuriousWakeups: 1, looksInside: true) { run in
            let bed = Bed()
            let news = Tally()
            run.explore([
                "park": {
                    // Two unparks may be one notification, but the second's news is never slept over.
                    while news.count < 2 { bed.parker.park("news") }
                },
                "unpark": {
                    news.add()
                    bed.parker.unpark()
                },
                "unpark too": {
                    news.add()
                    bed.parker.unpark()
                },
            ])
        },
        Scenario("a park with a deadline against unpark", timeouts: 1, spuriousWakeups: 2, looksInside: true) { run in
            let bed = Bed()
            run.explore([
                "park": {
                    let deadline = Deadline(after: .seconds(1))
                    let isNotified = bed.parker.park("news", until: deadline)
                    run.expect(isNotified || deadline.hasPassed, "the park was over before its time")
                    // Nobody unparks a second time: a lost notification is waited for in vain.
                    if !isNotified { bed.parker.park("late news") }
                    let isLeftOver = bed.parker.park("nothing", until: Deadline(after: .seconds(1)))
                    run.expect(!isLeftOver, "a notification was consumed twice")
                },
                "unpark": { bed.parker.unpark() },
            ])
        },
        Scenario("parks with deadlines against unpark and unpark", timeouts: 1, spuriousWakeups: 1, looksInside: true) { run in
            let bed = Bed()
            let asked = Bed()
            run.explore([
                "park": {
                    for _ in 1...2 {
                        asked.parker.unpark()
                        if !bed.parker.park("news", until: Deadline(after: .seconds(1))) { bed.parker.park("late news") }
                    }
                },
                "unpark": {
                    for _ in 1...2 {
                        asked.parker.park("a question")
                        bed.parker.unpark()
                    }
                },
            ])
            run.expect(!bed.parker.park("nothing", until: Deadline(after: .seconds(1))), "a notification was consumed twice")
        },
    ]

    // MARK: The count of references

    private final class Counted: Sendable {
        let kref = Kref()
        private let ends = Tally()
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        func put() { if kref.put() { ends.add() } }

        func use() { run.expect(ends.count == 0, "an object has ended, and there is a reference to it") }

        func expectEnd() { run.expect(ends.count == 1, "an object has ended \(ends.count) times") }
    }

    private let krefs = [
        Scenario("put against get unless zero") { run in
            let object = Counted(run)
            let tryIt: @Sendable () -> Void = {
                if object.kref.getUnlessZero() {
                    object.use()
                    object.put()
                }
            }
            run.explore([
                "put": {
                    object.kref.get()
                    object.put()
                    object.use()
                    object.put()
                },
                "get unless zero": {
                    tryIt()
                    tryIt()
                },
            ])
            object.expectEnd()
        }
    ]
#endif
