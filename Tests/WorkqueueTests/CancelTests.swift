// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Cancel (KS §3.7)")
struct CancelTests {
    @Test("A pending work is removed and never runs")
    func pending() {
        withWatchdog {
            let held = HeldQueue("cancel-pending")
            let order = Recorder<String>()
            let first = Work { _ in order.append("first") }
            let second = Work { _ in order.append("second") }
            let third = Work { _ in order.append("third") }
            for work in [first, second, third] { held.queue.enqueue(work) }
            #expect(second.cancel())
            #expect(!second.isPending)
            #expect(!second.cancel())
            held.letGoAndShutDown()
            #expect(order.all == ["first", "third"])
        }
    }

    @Test("Of an idle work, and of one that has run: false")
    func idle() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "cancel-idle")
            let work = Work { _ in }
            #expect(!work.cancel())
            queue.enqueue(work)
            work.flush()
            #expect(!work.cancel())
            #expect(queue.enqueue(work) == .queued)
            queue.shutdown()
        }
    }

    @Test("A running work goes on; only what is pending beside it is removed")
    func running() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "cancel-running")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ends = Counter()
            let work = Work { _ in
                entered.open()
                leave.wait()
                ends.add()
            }
            queue.enqueue(work)
            entered.wait()
            #expect(!work.cancel())
            queue.enqueue(work)
            #expect(work.cancel())
            #expect(!work.isPending)
            leave.open()
            queue.shutdown()
            #expect(ends.current == 1)
        }
    }

    @Test("In its own function a work may cancel the instance that is pending")
    func inItsOwnFunction() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "cancel-self")
            let results = Recorder<Bool>()
            let work = Work { work in
                results.append(work.cancel())
                queue.enqueue(work)
                results.append(work.cancel())
            }
            queue.enqueue(work)
            queue.shutdown()
            #expect(results.all == [false, true])
        }
    }

    @Test("Of several that cancel one pending work, one is told that it did")
    func concurrentCancels() {
        withWatchdog {
            let held = HeldQueue("cancel-several")
            let works = (0..<200).map { _ in Work { _ in } }
            for work in works { held.queue.enqueue(work) }
            let cancelled = Recorder<Int>()
            inParallel(3) { _ in
                for (number, work) in works.enumerated() where work.cancel() { cancelled.append(number) }
            }
            #expect(cancelled.all.sorted() == Array(0..<200))
            held.letGoAndShutDown()
        }
    }

    @Test("A work is run or cancelled, never both and never neither")
    func runOrCancelled() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "cancel-or-run")
            let runs = Counter()
            let cancels = Counter()
            let enqueues = Counter()
            let work = Work { _ in runs.add() }
            inParallel(3) { index in
                for _ in 0..<1000 {
                    if index == 0 {
                        if work.cancel() { cancels.add() }
                    } else if queue.enqueue(work) == .queued {
                        enqueues.add()
                    }
                }
            }
            queue.shutdown()
            #expect(runs.current + cancels.current == enqueues.current)
        }
    }
}
