// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Walks in walks, the lock itself, and whose turn it is.
    let turnsOfQueues = [
        Scenario("a nested wake against remove") { run in
            let head = WaitQueueHead.named("queue")
            let (outer, inner) = (Watch(run), Watch(run))
            let innerEntry = inner.makeEntry(mask: .output)
            let outerEntry = outer.makeEntry(mask: .input) { _, _, locked in
                locked.wake(.output)
                return .woken
            }
            head.add(innerEntry)
            head.add(outerEntry)
            run.explore([
                "wake": { for _ in 1...4 { head.wake(.input) } },
                "remove": {
                    head.remove(innerEntry)
                    inner.expectGone()
                    inner.markBack()
                    head.add(innerEntry)
                    head.remove(outerEntry)
                    outer.expectGone()
                    let calls = inner.calls
                    head.remove(innerEntry)
                    inner.expectGone()
                    run.expect(inner.calls == calls, "a nested wake came from an entry that had been removed")
                },
            ])
            run.expect(!head.hasWaiters, "an entry that was removed is still queued")
            run.expect(inner.calls <= outer.calls, "an entry was called without a wake")
        },
        Scenario("a wake function removes the next entry, against remove and add") { run in
            let head = WaitQueueHead.named("queue")
            let (watch, next, last) = (Watch(run), Watch(run), Watch(run))
            let nextEntry = next.makeEntry()
            let entry = watch.makeEntry { _, _, locked in
                locked.remove(nextEntry)
                next.markGone()
                return .woken
            }
            let lastEntry = last.makeEntry()
            for entry in [lastEntry, nextEntry, entry] { head.add(entry) }
            run.explore([
                "wake": { for _ in 1...4 { head.wake() } },
                "remove and add": {
                    head.remove(nextEntry)
                    next.expectGone()
                    head.remove(entry)
                    watch.expectGone()
                    next.markBack()
                    head.add(nextEntry)
                    head.remove(nextEntry)
                    next.expectGone()
                },
            ])
            run.expect(last.calls == 4, "a walk has not gone on behind an entry that was removed")
            head.remove(lastEntry)
            expectAlive([entry, nextEntry, lastEntry], run)
        },
        Scenario("a wake function wakes another queue, against remove on both") { run in
            let (head, other) = (WaitQueueHead.named("queue"), WaitQueueHead.named("other queue"))
            let (outer, inner) = (Watch(run), Watch(run))
            let innerEntry = inner.makeEntry()
            let outerEntry = outer.makeEntry { _, _, _ in
                other.wake()
                return .woken
            }
            head.add(outerEntry)
            other.add(innerEntry)
            run.explore([
                "wake": {
                    for _ in 1...3 {
                        head.wake()
                        other.wake()
                    }
                },
                "remove": {
                    other.remove(innerEntry)
                    inner.expectGone()
                    inner.markBack()
                    other.add(innerEntry)
                    head.remove(outerEntry)
                    outer.expectGone()
                    other.remove(innerEntry)
                    inner.expectGone()
                },
            ])
            run.expect(!head.hasWaiters && !other.hasWaiters, "an entry that was removed is still queued")
        },
        Scenario("the lock against wake") { run in
            let head = WaitQueueHead.named("queue")
            let narrows = Narrows()
            let sentence = "a wake function ran while another thread had the queue's lock"
            let makeEntry = { () -> WaitQueueEntry in
                WaitQueueEntry { _, _, _ in
                    narrows.pass(run, sentence)
                    return .woken
                }
            }
            let (entry, otherEntry) = (makeEntry(), makeEntry())
            head.add(entry)
            run.explore([
                "lock": {
                    for _ in 1...4 {
                        head.withLock { locked in
                            locked.add(otherEntry, exclusive: true)
                            narrows.pass(run, sentence)
                            locked.remove(otherEntry)
                        }
                    }
                },
                "wake": {
                    // Never the other entry, which is there only while the lock is held.
                    for _ in 1...4 { run.expect(head.wake() == 0, "a wake went in where the lock was held") }
                },
            ])
            narrows.expectPassages(8, run)
            head.remove(entry)
        },
        Scenario("one turn against two turns") { run in
            let head = WaitQueueHead.named("queue")
            let turns = Turns(run, 12, head)
            run.explore([
                "wake one": { for _ in 1...4 { turns.wake(1) } },
                "wake two": { for _ in 1...4 { turns.wake(2) } },
            ])
            turns.expectAllTaken()
        },
        Scenario("one turn against remove of who would take it") { run in
            let head = WaitQueueHead.named("queue")
            let turns = Turns(run, 8, head)
            run.explore([
                "wake": { for _ in 1...4 { turns.wake(1) } },
                "remove": { for index in 0..<4 { turns.leave(index) } },
            ])
            // Whoever leaves has taken its turn or not: the turn is not lost either way.
            run.expect(turns.calls == 4, "4 turns have called \(turns.calls) exclusive entries")
            for index in 4..<8 { turns.leave(index) }
        },
    ]

    /// Exclusive entries that leave when they are called, as sleepers do.
    private final class Turns: Sendable {
        private let run: ScenarioRun
        private let head: WaitQueueHead
        private let watches: [Watch]
        private let entries: [WaitQueueEntry]

        init(_ run: ScenarioRun, _ count: Int, _ head: WaitQueueHead) {
            self.run = run
            self.head = head
            let watches = (0..<count).map { _ in Watch(run) }
            self.watches = watches
            entries = watches.map { watch in
                watch.makeEntry { entry, _, locked in
                    locked.remove(entry)
                    watch.markGone()
                    return .woken
                }
            }
            for entry in entries { head.add(entry, exclusive: true) }
        }

        func wake(_ turns: Int) {
            let woken = head.wake(maxExclusive: turns)
            run.expect(woken == turns, "a wake has woken \(woken) exclusive entries, with turns for \(turns)")
        }

        func leave(_ index: Int) {
            head.remove(entries[index])
            watches[index].expectGone()
        }

        var calls: Int { watches.reduce(0) { $0 + $1.calls } }

        func expectAllTaken() {
            run.expect(watches.allSatisfy { $0.calls == 1 }, "an exclusive entry was not called once, by one turn")
            run.expect(!head.hasWaiters, "an entry that has left is still queued")
        }
    }
#endif
