// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Delayed work (KS §3.7)")
struct DelayedWorkTests {
    @Test("It runs on the queue's worker, and not before its delay has passed")
    func runsAfterItsDelay() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-after")
            let clock = SuspendingClock()
            for delay in [Duration.milliseconds(1), .milliseconds(7), .milliseconds(20)] {
                let ran = Recorder<(instant: SuspendingClock.Instant, name: String)>()
                let work = DelayedWork { _ in ran.append((clock.now, currentThreadName())) }
                let start = clock.now
                #expect(queue.enqueue(work, after: delay) == .queued)
                let first = ran.wait(forCount: 1)[0]
                #expect(start.duration(to: first.instant) >= delay)
                #expect(first.name == "delay-after")
            }
            queue.shutdown()
        }
    }

    @Test("A delay of zero is an enqueue")
    func zeroIsImmediate() {
        withWatchdog {
            let held = HeldQueue("delay-zero")
            let order = Recorder<String>()
            let delayed = DelayedWork { work in order.append(work.isPending ? "pending" : "delayed") }
            held.queue.enqueue(Work { _ in order.append("before") })
            #expect(held.queue.enqueue(delayed, after: .zero) == .queued)
            held.queue.enqueue(Work { _ in order.append("after") })
            #expect(delayed.isPending)
            #expect(held.queue.enqueue(delayed, after: .zero) == .alreadyPending)
            held.letGoAndShutDown()
            #expect(order.all == ["before", "delayed", "after"])
        }
    }

    @Test("Armed is pending: every further enqueue leaves it as it is")
    func armedIsPending() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-armed")
            let other = SingleThreadWorkqueue(name: "delay-armed-too")
            let runs = Counter()
            let work = DelayedWork { _ in runs.add() }
            #expect(!work.isPending)
            #expect(queue.enqueue(work, after: .seconds(3600)) == .queued)
            #expect(work.isPending)
            #expect(queue.enqueue(work, after: .zero) == .alreadyPending)
            #expect(queue.enqueue(work, after: .milliseconds(1)) == .alreadyPending)
            #expect(other.enqueue(work, after: .zero) == .alreadyPending)
            queue.flush()
            other.flush()
            #expect(runs.current == 0)
            #expect(work.cancel())
            queue.shutdown()
            other.shutdown()
        }
    }

    @Test("Cancelled while it is armed, it never runs and is free")
    func cancelArmed() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-cancel")
            let runs = Counter()
            let work = DelayedWork { _ in runs.add() }
            #expect(!work.cancel())
            queue.enqueue(work, after: .seconds(3600))
            #expect(work.cancel())
            #expect(!work.isPending)
            #expect(!work.cancel())
            #expect(queue.enqueue(work, after: .zero) == .queued)
            work.flush()
            #expect(runs.current == 1)
            #expect(!work.flush())
            queue.enqueue(work, after: .seconds(3600))
            #expect(work.cancelAndWait())
            #expect(!work.cancelAndWait())
            queue.shutdown()
            #expect(runs.current == 1)
        }
    }

    @Test("Cancelled when its timer has fired but it has not begun, it never runs")
    func cancelFired() {
        withWatchdog {
            let held = HeldQueue("delay-fired")
            let runs = Counter()
            let first = DelayedWork { _ in runs.add() }
            let second = DelayedWork { _ in runs.add() }
            held.queue.enqueue(first, after: .zero)
            held.queue.enqueue(second, after: .zero)
            #expect(first.cancel())
            #expect(second.cancelAndWait())
            held.letGoAndShutDown()
            #expect(runs.current == 0)
        }
    }

    @Test("A flush runs an armed one now")
    func flushRunsItNow() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-flush")
            let names = Recorder<String>()
            let work = DelayedWork { _ in names.append(currentThreadName()) }
            #expect(!work.flush())
            queue.enqueue(work, after: .seconds(3600))
            #expect(work.flush())
            #expect(names.all == ["delay-flush"])
            #expect(!work.isPending)
            #expect(!work.flush())
            queue.shutdown()
        }
    }

    @Test("A flush waits for a running one, and cancelAndWait too")
    func flushAndCancelWaitForTheRunningOne() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-running")
            let entered = Gate("the delayed work runs")
            let leave = Gate("the delayed work may end")
            let ended = Unguarded(false)
            let inside = Recorder<EnqueueResult>()
            let work = DelayedWork { work in
                entered.open()
                leave.wait()
                ended.value = true
                inside.append(queue.enqueue(work, after: .zero))
            }
            queue.enqueue(work, after: .milliseconds(1))
            entered.wait()
            #expect(!work.isPending)
            let flusher = TestThread("flusher") { inStep("flush") { [work.flush(), ended.value] } }
            let canceller = TestThread("canceller") { inStep("cancelAndWait") { [work.cancelAndWait(), ended.value] } }
            flusher.waitUntilAsleep(in: "flush")
            canceller.waitUntilAsleep(in: "cancelAndWait")
            leave.open()
            #expect(flusher.join() == [true, true])
            #expect(canceller.join() == [false, true])
            #expect(inside.all == [.refused])
            queue.shutdown()
        }
    }

    @Test("Enqueued in its own function, with and without a delay, it runs again")
    func periodic() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-periodic")
            let runs = Recorder<Int>()
            let work = DelayedWork { work in
                runs.append(runs.count)
                queue.enqueue(work, after: runs.count % 2 == 0 ? .zero : .milliseconds(1))
            }
            queue.enqueue(work, after: .zero)
            runs.wait(forCount: 10)
            work.cancelAndWait()
            let count = runs.count
            queue.shutdown()
            #expect(runs.count == count)
        }
    }

    @Test("Rescheduled when idle it is enqueued, when pending it is timed anew")
    func reschedule() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "delay-again")
            let runs = Recorder<Int>()
            let work = DelayedWork { _ in runs.append(0) }
            queue.enqueue(work, after: .zero)
            work.flush()
            #expect(!work.reschedule(after: .seconds(3600)), "it was idle")
            #expect(work.isPending)
            #expect(work.reschedule(after: .seconds(7200)), "it was pending")
            #expect(runs.count == 1)
            #expect(work.reschedule(after: .milliseconds(1)))
            runs.wait(forCount: 2)
            #expect(!work.reschedule(after: .zero))
            runs.wait(forCount: 3)
            #expect(!work.reschedule(after: .seconds(3600)))
            #expect(work.reschedule(after: .zero))
            work.flush()
            queue.shutdown()
            #expect(runs.count == 4)
        }
    }

    @Test("Rescheduled when its timer has fired but it has not begun, it waits again")
    func rescheduleFired() {
        withWatchdog {
            let held = HeldQueue("delay-anew")
            let order = Recorder<String>()
            let work = DelayedWork { _ in order.append("delayed") }
            held.queue.enqueue(work, after: .zero)
            held.queue.enqueue(Work { _ in order.append("plain") })
            #expect(work.reschedule(after: .seconds(3600)))
            held.letGo()
            held.queue.flush()
            #expect(order.all == ["plain"])
            #expect(work.isPending)
            #expect(work.flush())
            #expect(order.all == ["plain", "delayed"])
            held.queue.shutdown()
        }
    }
}
