// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Flush of a queue (KS §3.5)")
struct FlushQueueTests {
    @Test("Of a queue that never had anything to do, and of one that is idle again: at once")
    func idle() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "barrier-idle")
            queue.flush()
            queue.enqueue(Work { _ in })
            queue.flush()
            queue.flush()
            queue.shutdown()
        }
    }

    @Test("Everything enqueued before it, and what was running, has ended")
    func coversEverythingBefore() {
        withWatchdog {
            let held = HeldQueue("barrier-before")
            let ended = Unguarded(0)
            for _ in 0..<100 { held.queue.enqueue(Work { _ in ended.value += 1 }) }
            let flusher = TestThread("flusher") {
                inStep("flush") {
                    held.queue.flush()
                    return ended.value
                }
            }
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished)
            held.letGo()
            #expect(flusher.join() == 100)
            held.queue.shutdown()
        }
    }

    @Test("What is running at the call is awaited, though nothing is pending")
    func coversTheRunningOne() {
        withWatchdog {
            let held = HeldQueue("barrier-running")
            let flusher = TestThread("flusher") { inStep("flush") { held.queue.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished)
            held.letGo()
            flusher.join()
            held.queue.shutdown()
        }
    }

    @Test("What is enqueued after the call is not awaited")
    func laterArrivalsAreNotAwaited() {
        withWatchdog {
            let held = HeldQueue("barrier-later")
            let leave = Gate("the later work may end")
            let later = Work { _ in leave.wait() }
            let flusher = TestThread("flusher") { inStep("flush") { held.queue.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            held.queue.enqueue(later)
            held.letGo()
            flusher.join()
            leave.open()
            held.queue.shutdown()
        }
    }

    @Test("A work that enqueues itself for ever does not prolong it")
    func endlessRequeue() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "barrier-endless")
            let isOver = Gate("enough")
            let endless = Work { work in if !isOver.isOpen { queue.enqueue(work) } }
            queue.enqueue(endless)
            for _ in 0..<100 { queue.flush() }
            isOver.open()
            queue.shutdown()
        }
    }

    @Test("Threads that keep enqueuing do not prolong it")
    func endlessArrivals() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "barrier-flood")
            let isOver = Gate("enough")
            let works = (0..<64).map { _ in Work { _ in } }
            let flood = TestThread("flood") {
                var next = 0
                while !isOver.isOpen {
                    queue.enqueue(works[next % works.count])
                    next += 1
                }
            }
            for _ in 0..<50 { queue.flush() }
            isOver.open()
            flood.join()
            queue.shutdown()
        }
    }

    @Test("Of many that flush at once, each finds its own works done")
    func manyFlushers() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "barrier-many")
            let failures = Recorder<String>()
            inParallel(4) { index in
                let ended = Unguarded(0)
                let works = (0..<4).map { _ in Work { _ in ended.value += 1 } }
                for round in 1...150 {
                    for work in works { queue.enqueue(work) }
                    queue.flush()
                    if ended.value != round * works.count { failures.append("thread \(index), round \(round): \(ended.value)") }
                }
            }
            queue.shutdown()
            #expect(failures.all == [])
        }
    }

    @Test("The worker of another queue may flush")
    func flushFromAnotherWorker() {
        withWatchdog {
            let one = SingleThreadWorkqueue(name: "barrier-one")
            let other = SingleThreadWorkqueue(name: "barrier-another")
            let ended = Unguarded(false)
            let seen = Recorder<Bool>()
            one.enqueue(Work { _ in ended.value = true })
            other.enqueue(
                Work { _ in
                    one.flush()
                    seen.append(ended.value)
                }
            )
            other.shutdown()
            #expect(seen.all == [true])
            one.shutdown()
        }
    }

    @Test("A timer that has not fired is not awaited")
    func unfiredTimerIsNotAwaited() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "barrier-timer")
            let work = DelayedWork { _ in }
            queue.enqueue(work, after: .seconds(3600))
            queue.flush()
            #expect(work.isPending)
            #expect(work.cancel())
            queue.shutdown()
        }
    }
}
