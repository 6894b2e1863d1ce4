// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Cancel and wait (KS §3.7)")
struct CancelAndWaitTests {
    @Test("Of an idle work: false, at once; of a pending one: true, and it never runs")
    func idleAndPending() {
        withWatchdog {
            let held = HeldQueue("wait-pending")
            let runs = Counter()
            let work = Work { _ in runs.add() }
            #expect(!work.cancelAndWait())
            held.queue.enqueue(work)
            // The worker stands in another work, for which this does not wait.
            #expect(work.cancelAndWait())
            #expect(!work.isPending)
            held.letGoAndShutDown()
            #expect(runs.current == 0)
        }
    }

    @Test("Of a running work: it waits for the end")
    func running() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "wait-running")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ended = Unguarded(false)
            let work = Work { _ in
                entered.open()
                leave.wait()
                ended.value = true
            }
            queue.enqueue(work)
            entered.wait()
            let canceller = TestThread("canceller") { inStep("cancelAndWait") { [work.cancelAndWait(), ended.value] } }
            canceller.waitUntilAsleep(in: "cancelAndWait")
            #expect(!canceller.isFinished)
            leave.open()
            #expect(canceller.join() == [false, true])
            queue.shutdown()
        }
    }

    @Test("Of a work that runs and is pending: the pending one is removed, the running one awaited")
    func runningAndPending() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "wait-both")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ends = Unguarded(0)
            let work = Work { _ in
                entered.open()
                leave.wait()
                ends.value += 1
            }
            queue.enqueue(work)
            entered.wait()
            queue.enqueue(work)
            let canceller = TestThread("canceller") { inStep("cancelAndWait") { [work.cancelAndWait(), ends.value == 1] } }
            canceller.waitUntilAsleep(in: "cancelAndWait")
            #expect(!work.isPending)
            leave.open()
            #expect(canceller.join() == [true, true])
            queue.shutdown()
            #expect(ends.value == 1)
        }
    }

    @Test("Meanwhile the work cannot enqueue itself, nor can others")
    func requeueIsRefused() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "wait-refuses")
            let other = SingleThreadWorkqueue(name: "wait-refuses-too")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let runs = Counter()
            let inside = Recorder<EnqueueResult>()
            let work = Work { work in
                if runs.add() > 1 { return }
                entered.open()
                leave.wait()
                inside.append(queue.enqueue(work))
            }
            queue.enqueue(work)
            entered.wait()
            let canceller = TestThread("canceller") { inStep("cancelAndWait") { work.cancelAndWait() } }
            canceller.waitUntilAsleep(in: "cancelAndWait")
            #expect(queue.enqueue(work) == .refused)
            #expect(other.enqueue(work) == .refused)
            leave.open()
            #expect(!canceller.join())
            #expect(inside.all == [.refused])
            #expect(!work.isPending)
            #expect(runs.current == 1)
            #expect(other.enqueue(work) == .queued, "afterwards the work is free again")
            other.shutdown()
            queue.shutdown()
        }
    }

    @Test("A work that enqueues itself for ever is stopped")
    func endlessRequeue() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "wait-endless")
            let runs = Counter()
            let work = Work { work in
                runs.add()
                queue.enqueue(work)
            }
            for _ in 0..<100 {
                let before = runs.current
                queue.enqueue(work)
                waitUntil("the work runs") { runs.current > before }
                work.cancelAndWait()
                let after = runs.current
                #expect(!work.isPending)
                queue.flush()
                #expect(runs.current == after)
            }
            queue.shutdown()
        }
    }

    @Test("Several at once all return after the end")
    func concurrent() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "wait-several")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ended = Unguarded(false)
            let work = Work { _ in
                entered.open()
                leave.wait()
                ended.value = true
            }
            queue.enqueue(work)
            entered.wait()
            let cancellers = (0..<4).map { index in
                TestThread("canceller \(index)") {
                    inStep("cancelAndWait") {
                        work.cancelAndWait()
                        return ended.value
                    }
                }
            }
            for canceller in cancellers { canceller.waitUntilAsleep(in: "cancelAndWait") }
            leave.open()
            for canceller in cancellers { #expect(canceller.join()) }
            #expect(queue.enqueue(work) == .queued)
            queue.shutdown()
        }
    }

    @Test("The worker of another queue may call it, and so may the own one for another, idle work")
    func fromWorkers() {
        withWatchdog {
            let held = HeldQueue("wait-from-worker")
            let other = SingleThreadWorkqueue(name: "wait-from-other")
            let results = Recorder<Bool>()
            let pending = Work { _ in }
            held.queue.enqueue(pending)
            other.enqueue(Work { _ in results.append(pending.cancelAndWait()) })
            other.shutdown()
            held.letGo()
            let next = Work { _ in }
            held.queue.enqueue(
                Work { _ in
                    held.queue.enqueue(next)
                    // Pending behind this function: to remove it nobody has to be awaited.
                    results.append(next.cancelAndWait())
                    results.append(next.cancelAndWait())
                }
            )
            held.queue.shutdown()
            #expect(results.all == [true, true, false])
        }
    }

    @Test("Hammered by enqueuers and cancellers, a work is idle when the last cancelAndWait has returned")
    func hammer() {
        withWatchdog {
            let queues = [SingleThreadWorkqueue(name: "wait-hammer-a"), SingleThreadWorkqueue(name: "wait-hammer-b")]
            let crowd = Crowd()
            let work = Work { _ in crowd.visit {} }
            inParallel(4) { index in
                for round in 0..<400 {
                    if index < 2 {
                        queues[round % 2].enqueue(work)
                    } else if round % 3 == 0 {
                        work.cancelAndWait()
                    } else {
                        work.flush()
                    }
                }
            }
            work.cancelAndWait()
            #expect(!work.isPending)
            #expect(crowd.largest <= 1)
            for queue in queues { queue.shutdown() }
        }
    }
}
