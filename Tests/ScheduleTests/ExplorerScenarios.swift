// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// Small enough for a search without any reduction: what that finds, the one with sleep sets must find.
    let comparedScenarios = [
        Scenario("compared: two words") { run in
            let words = Words()
            run.explore([
                "a": {
                    words.one.store(1)
                    let seen = words.other.load()
                    words.one.store(2 + seen)
                    _ = words.other.fetchAdd(1)
                },
                "b": {
                    words.other.store(1)
                    let seen = words.one.load()
                    words.other.store(2 + seen)
                    _ = words.one.fetchAdd(4)
                },
            ])
            run.observe("\(words.one.load()) \(words.other.load())")
        },
        Scenario("compared: read against signal") { run in
            let file = EventFDFile()
            let context = Holder(try! file.makeContextReference())
            let taken = Tally()
            run.explore([
                "read": { for _ in 0..<2 { if let value = try? file.tryRead() { for _ in 0..<value { taken.add() } } } },
                "signal": {
                    context.signal()
                    context.signal()
                },
            ])
            run.observe("\(taken.count) taken, \(file.count) left")
        },
        Scenario("compared: enqueue against cancel") { run in
            let queue = SingleThreadWorkqueue(name: "compared")
            let runs = Tally()
            let work = Work { _ in runs.add() }
            let cancelled = Tally()
            run.explore([
                "enqueue": { queue.enqueue(work) },
                "cancel": { if work.cancel() { cancelled.add() } },
            ])
            run.observe("\(runs.count) runs, \(cancelled.count) cancelled")
            queue.shutdown()
        },
    ]

    /// What must fail, and how it is said.
    let failingScenarios: [(scenario: Scenario, sentence: String)] = [
        (
            Scenario("failing: a lost update") { run in
                let word = Words()
                let add: @Sendable () -> Void = { word.one.store(word.one.load() + 1) }
                run.explore(["a": add, "b": add])
                run.expect(word.one.load() == 2, "an update was lost")
            },
            "an update was lost"
        ),
        (
            Scenario("failing: a deadlock") { run in
                let (one, other) = (Sleeper(), Sleeper())
                run.explore([
                    "a": {
                        one.parker.park("b")
                        other.parker.unpark()
                    },
                    "b": {
                        other.parker.park("a")
                        one.parker.unpark()
                    },
                ])
            },
            "deadlock: a sleeps until it is woken; b sleeps until it is woken"
        ),
        (
            Scenario("failing: two locks in two orders") { run in
                let locks = Locks()
                run.explore([
                    "a": { locks.one.withLock { locks.other.withLock {} } },
                    "b": { locks.other.withLock { locks.one.withLock {} } },
                ])
            },
            "lock order inversion"
        ),
        (
            Scenario("failing: a livelock") { run in
                let words = Words()
                run.explore(["a": { while words.one.load() == 0 {} }])
            },
            "livelock"
        ),
        (
            Scenario("failing: a use after the end") { run in
                let memory = Memory(run)
                run.explore(["free": { memory.free() }, "use": { memory.use() }])
            },
            "touched after its end, by use"
        ),
        (
            Scenario("failing: ended twice") { run in
                let memory = Memory(run)
                run.explore(["free": { memory.free() }, "free too": { memory.free() }])
            },
            "ended twice"
        ),
        (
            Scenario("failing: alive at the end") { run in
                let queue = SingleThreadWorkqueue(name: "forgotten")
                run.explore(["retire": { _ = unsafe Unmanaged.passRetained(queue) }])
            },
            "alive at the end"
        ),
    ]

    private final class Words: Sendable {
        let one = AtomicUInt32(0)
        let other = AtomicUInt32(0)
    }

    private final class Sleeper: Sendable {
        let parker = Parker()
    }

    private final class Locks: Sendable {
        let one = AdaptiveMutex(.workItem)
        let other = AdaptiveMutex(.workqueue)
    }

    /// A word in memory of its own.
    @safe
    private final class Memory: @unchecked Sendable {
        // @unchecked: the pointer never changes.
        private let word: UnsafeMutablePointer<AtomicUInt32>

        init(_ run: ScenarioRun) {
            unsafe word = .allocate(capacity: 1)
            unsafe word.initialize(to: AtomicUInt32(0))
            unsafe ScheduleSeam.name(word, .numbered("word"))
        }

        func use() { unsafe word.pointee.store(1) }

        func free() { _ = unsafe ScheduleSeam.end(word, size: MemoryLayout<AtomicUInt32>.size) }
    }
#endif
