// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue

    @Suite("Schedules of WaitQueue")
    struct WaitQueueSchedules {
        @Test("All schedules", arguments: waitQueueScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let waitQueueScenarios = removals + selfRemovals + additions + turnsOfQueues + waitsOnQueues + exclusiveWaits + waitsInTasks

    /// What ends a queue's use of an entry: afterwards the function does not run (I17), and nothing is left of the queue's reference.
    private let removals = [
        Scenario("wake against remove") { run in
            let head = WaitQueueHead.named("queue")
            let (watch, other) = (Watch(run), Watch(run))
            let (entry, otherEntry) = (watch.makeEntry(), other.makeEntry())
            head.add(entry)
            head.add(otherEntry, exclusive: true)
            run.explore([
                "wake": { for _ in 1...4 { head.wake() } },
                "remove": {
                    head.remove(entry)
                    watch.expectGone()
                    head.remove(otherEntry)
                    other.expectGone()
                    watch.markBack()
                    head.add(entry)
                    head.remove(entry)
                    watch.expectGone()
                },
            ])
            run.expect(!head.hasWaiters, "an entry that was removed is still queued")
            expectAlive([entry, otherEntry], run)
        },
        Scenario("remove against remove") { run in
            let head = WaitQueueHead.named("queue")
            let entries = (0..<4).map { _ in Watch(run).makeEntry() }
            for entry in entries { head.add(entry) }
            run.explore([
                "remove": { for entry in entries { head.remove(entry) } },
                "remove too": { for entry in entries.reversed() { head.remove(entry) } },
            ])
            run.expect(!head.hasWaiters, "an entry that was removed is still queued")
            expectAlive(entries, run)
        },
        Scenario("remove against remove and wake") { run in
            let head = WaitQueueHead.named("queue")
            let watches = [Watch(run), Watch(run)]
            let entries = watches.map { $0.makeEntry() }
            for entry in entries { head.add(entry) }
            let remove: @Sendable (Int) -> Void = { index in
                head.remove(entries[index])
                watches[index].expectGone()
            }
            run.explore([
                "remove": { for index in 0..<2 { remove(index) } },
                "remove too": { for index in 0..<2 { remove(1 - index) } },
                "wake": { for _ in 1...2 { head.wake() } },
            ])
            expectAlive(entries, run)
        },
        Scenario("hang up and free against wake and remove") { run in
            let head = WaitQueueHead.named("queue")
            let farewells = Tally()
            let watches = (0..<4).map { _ in Watch(run) }
            let entries = watches.map { makeParting($0, farewells) }
            for entry in entries { head.add(entry, exclusive: true) }
            run.explore([
                "free": { head.hangUpAndFree() },
                "wake": { for _ in 1...4 { head.wake(.input) } },
                "remove": {
                    for index in [0, 1] {
                        head.remove(entries[index])
                        watches[index].expectGone()
                    }
                },
            ])
            run.expect(!head.hasWaiters, "an entry is queued though its queue has been freed")
            run.expect((2...4).contains(farewells.count), "4 entries were told \(farewells.count) times that their queue goes away")
        },
    ]

    private func makeParting(_ watch: Watch, _ farewells: Tally) -> WaitQueueEntry {
        watch.makeEntry { entry, events, locked in
            guard events.contains(.free) else { return .notWoken }
            farewells.add()
            locked.remove(entry)
            watch.markGone()
            return .woken
        }
    }

    // MARK: Entries that remove themselves

    private let selfRemovals = [
        Scenario("entries that remove themselves, against another wake") { run in
            let head = WaitQueueHead.named("queue")
            let calls = Tally()
            for _ in 1...3 {
                // Only the queue keeps the entry, and only the entry keeps the passenger.
                let passenger = Passenger(run)
                let entry = WaitQueueEntry { entry, _, locked in
                    locked.remove(entry)
                    calls.add()
                    passenger.ride()
                    return .woken
                }
                head.add(entry, exclusive: true)
            }
            let wake: @Sendable () -> Void = { for _ in 1...4 { head.wake() } }
            run.explore(["wake": wake, "wake too": wake])
            run.expect(calls.count == 3, "3 entries that had removed themselves were called \(calls.count) times")
            expectAlive([], run)
        },
        Scenario("an entry that removes itself, against remove and add again") { run in
            let head = WaitQueueHead.named("queue")
            let watch = Watch(run)
            let entry = watch.makeEntry { entry, _, locked in
                locked.remove(entry)
                watch.markGone()
                return .woken
            }
            head.add(entry)
            run.explore([
                "wake": { for _ in 1...3 { head.wake() } },
                "remove and add": {
                    for _ in 1...2 {
                        // Through the view the reference is put off, as where the entry removes itself; without it, it is dropped at once.
                        head.withLock { $0.remove(entry) }
                        watch.expectGone()
                        watch.markBack()
                        head.add(entry)
                    }
                    head.remove(entry)
                    watch.expectGone()
                },
            ])
            run.expect(!head.hasWaiters, "an entry that was removed is still queued")
            expectAlive([entry], run)
        },
        Scenario("an entry that moves to another queue and back, against wakes of both") { run in
            let (head, other) = (WaitQueueHead.named("queue"), WaitQueueHead.named("other queue"))
            let calls = Tally()
            let entry = WaitQueueEntry { entry, _, locked in
                locked.remove(entry)
                calls.add()
                return .woken
            }
            head.add(entry)
            run.explore([
                "wake": { for _ in 1...2 { head.wake() } },
                "move": {
                    head.remove(entry)
                    other.add(entry)
                    other.remove(entry)
                    head.add(entry)
                },
                "wake the other": { for _ in 1...2 { other.wake() } },
            ])
            head.wake()
            run.expect(!head.hasWaiters && !other.hasWaiters, "an entry that was removed is still queued")
            run.expect((1...3).contains(calls.count), "an entry that was added 3 times was called \(calls.count) times")
            expectAlive([entry], run)
        },
    ]

    /// Foreign code that runs when an entry goes.
    private final class Passenger: Sendable {
        private let rides = AtomicUInt32(0)
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        func ride() { _ = rides.fetchAdd(1) }

        deinit {
            run.expect(rides.load() == 1, "an entry has ended before its function had run")
            run.expect(!ExecutionContext.isAtomic, "a queue has let go of an entry under its lock")
        }
    }

    // MARK: Adding

    private let additions = [
        Scenario("wake against add, register and then look") { run in
            let head = WaitQueueHead.named("queue")
            let (happened, seen) = (Tally(), Tally())
            let entry = WaitQueueEntry { _, _, _ in
                seen.raise(to: happened.count)
                return .woken
            }
            run.explore([
                "happen": {
                    for _ in 1...3 {
                        happened.add()
                        head.wake()
                    }
                },
                "register and look": {
                    head.add(entry)
                    seen.raise(to: happened.count)
                },
            ])
            run.expect(seen.count == 3, "an event was missed by who registered first and looked then")
            head.remove(entry)
        },
        Scenario("add and remove against add and remove") { run in
            let head = WaitQueueHead.named("queue")
            let watches = (0..<4).map { _ in Watch(run) }
            let entries = watches.map { $0.makeEntry() }
            head.add(entries[2])
            head.add(entries[3], exclusive: true)
            run.explore([
                "add and remove": {
                    head.add(entries[0], exclusive: true)
                    head.remove(entries[2])
                    head.add(entries[2], priority: true)
                    head.remove(entries[2])
                },
                "add and remove too": {
                    head.add(entries[1], priority: true)
                    head.remove(entries[1])
                    head.add(entries[1])
                    head.remove(entries[3])
                },
            ])
            run.expect(head.wakeAll() == 1, "a wake has not found the one exclusive entry")
            run.expect(watches.map(\.calls) == [1, 1, 0, 0], "a wake has not called each entry that is queued, once")
            for index in [0, 1] { head.remove(entries[index]) }
            run.expect(!head.hasWaiters, "an entry that was removed is still queued")
            expectAlive(entries, run)
        },
    ]
#endif
