// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("What an enqueue promises (KS §3.1)")
struct LostEventTests {
    @Test("Whatever the enqueue returned, a run sees what was stored before it")
    func runSeesWhatWasStored() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "lost-event")
            let stored = Counter()
            let seen = Counter()
            let work = Work { _ in seen.raise(to: stored.current) }
            for _ in 0..<200 {
                let start = stored.current
                inParallel(3) { _ in
                    for _ in 0..<20 {
                        stored.add()
                        queue.enqueue(work)
                    }
                }
                work.flush()
                #expect(seen.current == start + 60)
            }
            queue.shutdown()
        }
    }

    @Test("Every single enqueue is followed by a run that began after it")
    func everyEnqueueIsFollowedByARun() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "each-event")
            let clock = Counter()
            let lastBegin = Counter()
            let work = Work { _ in lastBegin.store(clock.add()) }
            inParallel(2) { _ in
                for _ in 0..<500 {
                    let instant = clock.add()
                    queue.enqueue(work)
                    waitUntil("a run that began after the enqueue") { lastBegin.current > instant }
                }
            }
            queue.shutdown()
        }
    }

    @Test("Who enqueues and flushes finds its own event handled, also when somebody else had the work pending")
    func enqueueThenFlush() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-event")
            let stored = Counter()
            let seen = Counter()
            let missed = Recorder<String>()
            let work = Work { _ in seen.raise(to: stored.current) }
            inParallel(4) { index in
                for round in 0..<3000 {
                    let event = stored.add()
                    let result = queue.enqueue(work)
                    if (index + round) % 2 == 0 { work.flush() } else { queue.flush() }
                    if seen.current < event { missed.append("event \(event), \(result), seen \(seen.current)") }
                }
            }
            queue.shutdown()
            #expect(missed.count == 0, "the first: \(missed.all.first ?? "")")
        }
    }

    @Test("A refused enqueue on a closed queue takes nothing from one on an open queue")
    func closedQueueBesideAnOpenOne() {
        withWatchdog {
            let open = SingleThreadWorkqueue(name: "event-open")
            let closed = SingleThreadWorkqueue(name: "event-closed")
            closed.shutdown()
            let clock = Counter()
            let lastBegin = Counter()
            let isOver = Gate("enough")
            let lost = Counter()
            let work = Work { _ in lastBegin.store(clock.add()) }
            let disturber = TestThread("disturber") {
                while !isOver.isOpen { closed.enqueue(work) }
            }
            for _ in 0..<3000 {
                let instant = clock.add()
                if open.enqueue(work) == .refused { Issue.record("the open queue refused") }
                // A run that follows runs here before a second work, enqueued behind.
                let behind = Work { _ in }
                open.enqueue(behind)
                behind.flush()
                if lastBegin.current < instant { lost.add() }
            }
            isOver.open()
            disturber.join()
            open.shutdown()
            #expect(lost.current == 0)
        }
    }

    @Test("A work enqueued in turns with itself and awaited each time runs exactly so often")
    func countIsExact() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exact")
            let runs = Unguarded(0)
            let work = Work { _ in runs.value += 1 }
            for round in 1...2000 {
                queue.enqueue(work)
                work.flush()
                if runs.value != round {
                    Issue.record("round \(round): \(runs.value) runs")
                    break
                }
            }
            queue.shutdown()
        }
    }

    @Test("Plain variables pass through: before the enqueue, in the function, after the flush")
    func memoryOrder() {
        withWatchdog {
            let a = SingleThreadWorkqueue(name: "order-a")
            let b = SingleThreadWorkqueue(name: "order-b")
            let box = Unguarded(0)
            let second = Work { _ in box.value *= 2 }
            let first = Work { _ in
                box.value += 1
                b.enqueue(second)
            }
            for _ in 0..<500 {
                box.value = 20
                a.enqueue(first)
                first.flush()
                b.flush()
                #expect(box.value == 42)
                box.value = 3
                b.enqueue(second)
                b.flush()
                #expect(box.value == 6)
                box.value = 0
            }
            a.shutdown()
            b.shutdown()
        }
    }
}

@Suite("All of it at once")
struct WorkqueueHammerTests {
    @Test("Enqueue, flush, cancel and drain from many threads on few works and queues")
    func everything() {
        withWatchdog {
            let queues = (0..<2).map { SingleThreadWorkqueue(name: "all-\($0)") }
            let crowds = (0..<4).map { _ in Crowd() }
            let runs = Counter()
            let queued = Counter()
            let cancelled = Counter()
            let works = crowds.map { crowd in
                Work { _ in
                    crowd.visit {}
                    runs.add()
                }
            }
            inParallel(4) { index in
                var random = SplitMix64(seed: UInt64(index))
                for _ in 0..<500 {
                    let work = works[Int.random(in: 0..<4, using: &random)]
                    let queue = queues[Int.random(in: 0..<2, using: &random)]
                    switch Int.random(in: 0..<16, using: &random) {
                    case 0: work.flush()
                    case 1: queue.flush()
                    case 2: if work.cancel() { cancelled.add() }
                    case 3: if work.cancelAndWait() { cancelled.add() }
                    case 4: queue.drain()
                    default: if queue.enqueue(work) == .queued { queued.add() }
                    }
                }
            }
            for queue in queues { queue.shutdown() }
            #expect(runs.current + cancelled.current == queued.current)
            #expect(crowds.allSatisfy { $0.largest <= 1 })
            #expect(works.allSatisfy { !$0.isPending })
        }
    }

    @Test("Queues made, used and dropped by many threads, with and without a shutdown")
    func manyQueues() {
        withWatchdog {
            let runs = Counter()
            let queued = Counter()
            inParallel(3) { index in
                for round in 0..<40 {
                    let queue = SingleThreadWorkqueue(name: "many-\(index)")
                    for _ in 0..<3 {
                        let result = queue.enqueue(Work { _ in runs.add() })
                        if result == .queued { queued.add() }
                    }
                    // In debug builds the ones that are only dropped say so: that is their job.
                    if round % 8 != 0 { queue.shutdown() }
                }
            }
            #expect(queued.current == 360)
            waitUntil("all works have run") { runs.current == 360 }
        }
    }
}
