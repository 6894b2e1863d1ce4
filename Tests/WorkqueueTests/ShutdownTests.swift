// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Shutdown (KS §3.6)")
struct ShutdownTests {
    @Test("What was enqueued is run, chained works too")
    func runsEverything() {
        withWatchdog {
            let held = HeldQueue("down-runs")
            let queue = held.queue
            let runs = Unguarded(0)
            let left = Unguarded(10)
            for _ in 0..<20 { queue.enqueue(Work { _ in runs.value += 1 }) }
            let chain = Work { work in
                runs.value += 1
                left.value -= 1
                if left.value > 0 { queue.enqueue(work) }
            }
            queue.enqueue(chain)
            held.letGo()
            queue.shutdown()
            #expect(runs.value == 30)
        }
    }

    @Test("From its call on, only the works of the queue may enqueue")
    func refusesFromItsCallOn() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "down-refuses")
            let entered = Gate("a work runs")
            let leave = Gate("the work may end")
            let results = Recorder<EnqueueResult>()
            let chainedRuns = Counter()
            let chained = Work { _ in chainedRuns.add() }
            queue.enqueue(
                Work { _ in
                    entered.open()
                    leave.wait()
                    results.append(queue.enqueue(chained))
                }
            )
            entered.wait()
            let closer = TestThread("closer") { inStep("shutdown") { queue.shutdown() } }
            closer.waitUntilAsleep(in: "shutdown")
            #expect(!closer.isFinished)
            let outside = Work { _ in }
            let timed = DelayedWork { _ in }
            #expect(queue.enqueue(outside) == .refused)
            #expect(queue.enqueue(timed, after: .zero) == .refused)
            #expect(queue.enqueue(timed, after: .seconds(3600)) == .refused)
            #expect(!outside.isPending && !timed.isPending)
            leave.open()
            closer.join()
            #expect(results.all == [.queued])
            #expect(chainedRuns.current == 1)
        }
    }

    @Test("Afterwards every enqueue is refused, and does not touch the work")
    func refusesAfterwards() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "down-closed")
            let other = SingleThreadWorkqueue(name: "down-open")
            queue.shutdown()
            let runs = Counter()
            let work = Work { _ in runs.add() }
            let timed = DelayedWork { _ in runs.add() }
            #expect(queue.enqueue(work) == .refused)
            #expect(queue.enqueue(timed, after: .zero) == .refused)
            #expect(queue.enqueue(timed, after: .seconds(3600)) == .refused)
            #expect(!work.isPending && !timed.isPending)
            #expect(!work.flush() && !timed.flush() && !work.cancel() && !timed.cancelAndWait())
            #expect(other.enqueue(work) == .queued)
            #expect(other.enqueue(timed, after: .zero) == .queued)
            other.shutdown()
            #expect(runs.current == 2)
        }
    }

    @Test("flush, drain and shutdown of a queue that is shut down return")
    func callsAfterwardsReturn() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "down-again")
            queue.enqueue(Work { _ in })
            queue.shutdown()
            queue.flush()
            queue.drain()
            queue.shutdown()
            #expect(queue.name == "down-again")
        }
    }

    @Test("Several at once all return, each after the last function")
    func concurrentShutdowns() {
        withWatchdog {
            let held = HeldQueue("down-several")
            let ended = Unguarded(0)
            for _ in 0..<5 { held.queue.enqueue(Work { _ in ended.value += 1 }) }
            let closers = (0..<4).map { index in
                TestThread("closer \(index)") {
                    inStep("shutdown") {
                        held.queue.shutdown()
                        return ended.value
                    }
                }
            }
            for closer in closers { closer.waitUntilAsleep(in: "shutdown") }
            held.letGo()
            for closer in closers { #expect(closer.join() == 5) }
        }
    }

    @Test("Beside flushers and drainers, all of them return")
    func besideFlushAndDrain() {
        withWatchdog {
            let held = HeldQueue("down-beside")
            let queue = held.queue
            let work = Work { _ in }
            queue.enqueue(work)
            let calls: [(String, @Sendable () -> Void)] = [
                ("flush", { queue.flush() }), ("flush of a work", { work.flush() }), ("drain", { queue.drain() }),
                ("shutdown", { queue.shutdown() }),
            ]
            let threads = calls.map { name, call in TestThread(name) { inStep(name) { call() } } }
            for (thread, call) in zip(threads, calls) { thread.waitUntilAsleep(in: call.0) }
            held.letGo()
            for thread in threads { thread.join() }
            queue.shutdown()
        }
    }

    @Test("An unfired timer is neither awaited nor run, and its work is free for another queue")
    func unfiredTimer() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "down-timer")
            let other = SingleThreadWorkqueue(name: "down-timer-next")
            let names = Recorder<String>()
            let work = DelayedWork { _ in names.append(currentThreadName()) }
            #expect(queue.enqueue(work, after: .seconds(3600)) == .queued)
            queue.shutdown()
            #expect(names.isEmpty)
            #expect(!work.isPending, "pending would promise a run that never comes")
            #expect(other.enqueue(work, after: .zero) == .queued)
            other.shutdown()
            #expect(names.all == ["down-timer-next"])
        }
    }

    @Test("A timer that a work arms during the shutdown is refused, or let go like the others")
    func timerArmedDuringTheShutdown() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "down-arms")
            let entered = Gate("a work runs")
            let leave = Gate("the work may end")
            let results = Recorder<EnqueueResult>()
            weak var gone: DelayedWork?
            do {
                let timed = DelayedWork { _ in }
                gone = timed
                queue.enqueue(
                    Work { _ in
                        entered.open()
                        leave.wait()
                        results.append(queue.enqueue(timed, after: .seconds(3600)))
                    }
                )
                entered.wait()
                let closer = TestThread("closer") { inStep("shutdown") { queue.shutdown() } }
                closer.waitUntilAsleep(in: "shutdown")
                leave.open()
                closer.join()
                #expect(results.count == 1)
                #expect(!timed.isPending, "it was \(results.all), and no run can come")
            }
            waitUntil("the delayed work is gone") { gone == nil }
        }
    }

    @Test("Another queue's worker may shut a queue down")
    func fromAnotherWorker() {
        withWatchdog {
            let held = HeldQueue("down-by-other")
            let other = SingleThreadWorkqueue(name: "down-other")
            let closed = Gate("the other one closed it")
            other.enqueue(
                Work { _ in
                    held.queue.shutdown()
                    closed.open()
                }
            )
            held.letGo()
            closed.wait()
            #expect(held.queue.enqueue(Work { _ in }) == .refused)
            other.shutdown()
        }
    }

    @Test("An enqueue is refused or run, never accepted and lost")
    func acceptedMeansRun() {
        withWatchdog {
            for round in 0..<100 {
                let queue = SingleThreadWorkqueue(name: "down-hammer")
                let runs = Counter()
                let accepted = Counter()
                inParallel(3) { index in
                    if index == 0 { return queue.shutdown() }
                    for _ in 0..<20 {
                        let result = queue.enqueue(Work { _ in runs.add() })
                        if result == .queued { accepted.add() }
                    }
                }
                queue.shutdown()
                #expect(runs.current == accepted.current, "round \(round)")
            }
        }
    }

    #if os(Linux)
        @Test("The worker is gone afterwards")
        func workerIsGone() {
            withWatchdog {
                let queue = SingleThreadWorkqueue(name: "down-thread")
                queue.enqueue(Work { _ in })
                queue.flush()
                #expect(threads(named: "down-thread").count == 1)
                queue.shutdown()
                waitUntil("the worker is gone") { threads(named: "down-thread").isEmpty }
            }
        }
    #endif
}
