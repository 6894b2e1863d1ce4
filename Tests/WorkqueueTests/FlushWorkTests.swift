// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Flush of a work (KS §3.4)")
struct FlushWorkTests {
    @Test("Of an idle work: false, at once")
    func idle() {
        withWatchdog {
            let held = HeldQueue("flush-idle")
            let never = Work { _ in }
            #expect(!never.flush())
            let elsewhere = SingleThreadWorkqueue(name: "flush-elsewhere")
            let finished = Work { _ in }
            elsewhere.enqueue(finished)
            finished.flush()
            #expect(!finished.flush())
            let cancelled = Work { _ in }
            held.queue.enqueue(cancelled)
            cancelled.cancel()
            #expect(!cancelled.flush())
            held.letGoAndShutDown()
            elsewhere.shutdown()
        }
    }

    @Test("Of a pending work: true, and the function has run")
    func pending() {
        withWatchdog {
            let held = HeldQueue("flush-pending")
            let ran = Unguarded(false)
            let work = Work { _ in ran.value = true }
            held.queue.enqueue(work)
            let flusher = TestThread("flusher") { inStep("flush") { [work.flush(), ran.value] } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished)
            held.letGo()
            #expect(flusher.join() == [true, true])
            held.queue.shutdown()
        }
    }

    @Test("Of a running work: true, after its end")
    func running() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-running")
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
            let flusher = TestThread("flusher") { inStep("flush") { [work.flush(), ended.value] } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished)
            leave.open()
            #expect(flusher.join() == [true, true])
            queue.shutdown()
        }
    }

    @Test("Of a work that runs and is pending again: after the second run")
    func requeuedWhileRunning() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-requeued")
            let runs = Counter()
            let entered = [Gate("the first run"), Gate("the second run")]
            let leave = [Gate("the end of the first run"), Gate("the end of the second run")]
            let bothEnded = Unguarded(false)
            let work = Work { _ in
                let run = runs.add() - 1
                entered[run].open()
                leave[run].wait()
                bothEnded.value = run == 1
            }
            queue.enqueue(work)
            entered[0].wait()
            #expect(queue.enqueue(work) == .queued)
            let flusher = TestThread("flusher") { inStep("flush") { [work.flush(), bothEnded.value] } }
            flusher.waitUntilAsleep(in: "flush")
            leave[0].open()
            entered[1].wait()
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished, "the instance that was pending at the call is covered")
            leave[1].open()
            #expect(flusher.join() == [true, true])
            queue.shutdown()
        }
    }

    @Test("It does not wait for an instance enqueued later")
    func laterInstanceIsNotAwaited() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-later")
            let runs = Counter()
            let entered = [Gate("the first run"), Gate("the second run")]
            let leave = [Gate("the end of the first run"), Gate("the end of the second run")]
            let work = Work { _ in
                let run = runs.add() - 1
                entered[run].open()
                leave[run].wait()
            }
            queue.enqueue(work)
            entered[0].wait()
            let flusher = TestThread("flusher") { inStep("flush") { work.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(queue.enqueue(work) == .queued)
            leave[0].open()
            // The second run stands at a gate that is opened only after the flush has returned.
            #expect(flusher.join())
            entered[1].wait()
            leave[1].open()
            queue.shutdown()
            #expect(runs.current == 2)
        }
    }

    @Test("Of a work that enqueues itself for ever, it returns all the same")
    func endlessRequeue() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-endless")
            let isOver = Gate("enough")
            let runs = Counter()
            let work = Work { work in
                runs.add()
                if !isOver.isOpen { queue.enqueue(work) }
            }
            queue.enqueue(work)
            for _ in 0..<100 {
                let before = runs.current
                // The first may wait for a run that was counted before; the second then waits for a later one.
                #expect(work.flush())
                #expect(work.flush())
                #expect(runs.current > before)
            }
            isOver.open()
            queue.shutdown()
        }
    }

    @Test("It does not wait for what stands behind the work")
    func worksBehindAreNotAwaited() {
        withWatchdog {
            let held = HeldQueue("flush-behind")
            let leave = Gate("the work behind may end")
            let work = Work { _ in }
            held.queue.enqueue(work)
            held.queue.enqueue(Work { _ in leave.wait() })
            held.letGo()
            work.flush()
            leave.open()
            held.queue.shutdown()
        }
    }

    @Test("Many may flush one work, and all are told of its end")
    func manyFlushers() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-many")
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
            let flushers = (0..<8).map { index in
                TestThread("flusher \(index)") { inStep("flush") { [work.flush(), ended.value] } }
            }
            for flusher in flushers { flusher.waitUntilAsleep(in: "flush") }
            leave.open()
            for flusher in flushers { #expect(flusher.join() == [true, true]) }
            queue.shutdown()
        }
    }

    @Test("A flusher whose work is cancelled is let go")
    func cancelledUnderTheFlusher() {
        withWatchdog {
            let held = HeldQueue("flush-cancelled")
            let runs = Counter()
            let work = Work { _ in runs.add() }
            held.queue.enqueue(work)
            let flusher = TestThread("flusher") { inStep("flush") { _ = work.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(work.cancel())
            held.letGo()
            flusher.join()
            held.queue.shutdown()
            #expect(runs.current == 0)
        }
    }

    @Test("The worker of another queue may flush")
    func flushFromAnotherWorker() {
        withWatchdog {
            let held = HeldQueue("flush-one")
            let other = SingleThreadWorkqueue(name: "flush-another")
            let ran = Unguarded(false)
            let work = Work { _ in ran.value = true }
            held.queue.enqueue(work)
            let seen = Recorder<Bool>()
            let flusher = Work { _ in
                work.flush()
                seen.append(ran.value)
            }
            other.enqueue(flusher)
            held.letGo()
            other.shutdown()
            #expect(seen.all == [true])
            held.queue.shutdown()
        }
    }

    @Test("A worker may flush an idle work of its own queue")
    func idleWorkOfTheOwnQueue() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "flush-own-idle")
            let idle = Work { _ in }
            queue.enqueue(idle)
            let results = Recorder<Bool>()
            queue.enqueue(Work { _ in results.append(idle.flush()) })
            queue.shutdown()
            #expect(results.all == [false])
        }
    }
}
