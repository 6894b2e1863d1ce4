// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Drain (KS §3.6)")
struct DrainTests {
    @Test("It waits for works that works enqueue")
    func chainedWork() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drain-chain")
            let left = Unguarded(50)
            let work = Work { work in
                left.value -= 1
                if left.value > 0 { queue.enqueue(work) }
            }
            queue.enqueue(work)
            queue.drain()
            #expect(left.value == 0)
            #expect(!work.isPending)
            queue.shutdown()
        }
    }

    @Test("Meanwhile only the works of the queue may enqueue; afterwards everybody")
    func refusesFromOutside() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drain-refuses")
            let entered = Gate("a work runs")
            let leave = Gate("the work may end")
            let results = Recorder<EnqueueResult>()
            let chainedRuns = Counter()
            let chained = Work { _ in chainedRuns.add() }
            let outsideRuns = Counter()
            let outside = Work { _ in outsideRuns.add() }
            let first = Work { _ in
                entered.open()
                leave.wait()
                results.append(queue.enqueue(chained))
            }
            queue.enqueue(first)
            entered.wait()
            let drainer = TestThread("drainer") { inStep("drain") { queue.drain() } }
            drainer.waitUntilAsleep(in: "drain")
            #expect(!drainer.isFinished)
            #expect(queue.enqueue(outside) == .refused)
            #expect(!outside.isPending)
            leave.open()
            drainer.join()
            #expect(results.all == [.queued])
            #expect(chainedRuns.current == 1)
            #expect(outsideRuns.current == 0)
            #expect(queue.enqueue(outside) == .queued)
            queue.shutdown()
            #expect(outsideRuns.current == 1)
        }
    }

    @Test("A work of another queue is somebody outside")
    func refusesAnotherWorker() {
        withWatchdog {
            let held = HeldQueue("drain-other")
            let other = SingleThreadWorkqueue(name: "drain-outsider")
            let results = Recorder<EnqueueResult>()
            let drainer = TestThread("drainer") { inStep("drain") { held.queue.drain() } }
            drainer.waitUntilAsleep(in: "drain")
            other.enqueue(Work { _ in results.append(held.queue.enqueue(Work { _ in })) })
            other.shutdown()
            #expect(results.all == [.refused])
            held.letGo()
            drainer.join()
            held.queue.shutdown()
        }
    }

    @Test("Works that were pending when it was called are run")
    func runsWhatWasPending() {
        withWatchdog {
            let held = HeldQueue("drain-pending")
            let runs = Unguarded(0)
            for _ in 0..<20 { held.queue.enqueue(Work { _ in runs.value += 1 }) }
            held.letGo()
            held.queue.drain()
            #expect(runs.value == 20)
            held.queue.shutdown()
        }
    }

    @Test("Of an idle queue it returns at once")
    func idle() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drain-idle")
            queue.drain()
            queue.drain()
            #expect(queue.enqueue(Work { _ in }) == .queued)
            queue.drain()
            queue.shutdown()
        }
    }

    @Test("An unfired timer is not awaited")
    func unfiredTimer() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drain-timer")
            let work = DelayedWork { _ in }
            queue.enqueue(work, after: .seconds(3600))
            queue.drain()
            #expect(work.cancel())
            queue.shutdown()
        }
    }

    @Test("Several at once, and a flush beside them, all return, and the queue is open again")
    func concurrentDrains() {
        withWatchdog {
            let held = HeldQueue("drain-several")
            let queue = held.queue
            let threads = (0..<3).map { index in
                TestThread("drainer \(index)") { inStep("drain") { queue.drain() } }
            }
            let flusher = TestThread("flusher") { inStep("flush") { queue.flush() } }
            for thread in threads { thread.waitUntilAsleep(in: "drain") }
            flusher.waitUntilAsleep(in: "flush")
            held.letGo()
            for thread in threads { thread.join() }
            flusher.join()
            #expect(queue.enqueue(Work { _ in }) == .queued)
            queue.shutdown()
        }
    }

    @Test("An enqueue is refused or run, never accepted and lost")
    func acceptedMeansRun() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drain-hammer")
            let runs = Counter()
            let accepted = Counter()
            let isOver = Gate("enough")
            let drainer = TestThread("drainer") {
                while !isOver.isOpen { queue.drain() }
            }
            inParallel(2) { _ in
                for _ in 0..<500 {
                    let result = queue.enqueue(Work { _ in runs.add() })
                    if result == .queued { accepted.add() }
                }
            }
            isOver.open()
            drainer.join()
            queue.shutdown()
            #expect(runs.current == accepted.current)
        }
    }
}
