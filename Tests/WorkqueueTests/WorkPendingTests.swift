// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("The pending bit (KS §3.1)")
struct WorkPendingTests {
    @Test("A work is pending from its enqueue until its function begins")
    func pendingUntilItsFunctionBegins() {
        withWatchdog {
            let held = HeldQueue("pending")
            let inside = Recorder<Bool>()
            let work = Work { work in inside.append(work.isPending) }
            #expect(!work.isPending)
            #expect(held.queue.enqueue(work) == .queued)
            #expect(work.isPending)
            held.letGo()
            work.flush()
            #expect(inside.all == [false])
            #expect(!work.isPending)
            held.queue.shutdown()
        }
    }

    @Test("The function is given its own work")
    func functionIsGivenItsWork() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "own-work")
            let given = Recorder<ObjectIdentifier>()
            let works = (0..<3).map { _ in Work { work in given.append(ObjectIdentifier(work)) } }
            for work in works { queue.enqueue(work) }
            queue.shutdown()
            #expect(given.all == works.map { ObjectIdentifier($0) })
        }
    }

    @Test("Enqueued while it is pending, a work runs once")
    func manyEnqueuesCollapse() {
        withWatchdog {
            let held = HeldQueue("collapse")
            let runs = Counter()
            let results = Recorder<EnqueueResult>()
            let work = Work { _ in runs.add() }
            inParallel(4) { _ in
                for _ in 0..<250 { results.append(held.queue.enqueue(work)) }
            }
            held.letGoAndShutDown()
            #expect(results.all.count { $0 == .queued } == 1)
            #expect(results.all.count { $0 == .alreadyPending } == 999)
            #expect(runs.current == 1)
        }
    }

    @Test("Enqueued in its own function, a work runs again exactly once")
    func enqueueFromInside() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "again")
            let runs = Counter()
            let results = Recorder<EnqueueResult>()
            let pendingInside = Recorder<Bool>()
            let work = Work { work in
                if runs.add() > 1 { return }
                for _ in 0..<3 { results.append(queue.enqueue(work)) }
                pendingInside.append(work.isPending)
            }
            queue.enqueue(work)
            queue.drain()
            #expect(results.all == [.queued, .alreadyPending, .alreadyPending])
            #expect(pendingInside.all == [true])
            #expect(runs.current == 2)
            queue.shutdown()
        }
    }

    @Test("Enqueued by somebody else while its function runs, a work runs again exactly once")
    func enqueueWhileRunning() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "while-running")
            let entered = Gate("the function runs")
            let leave = Gate("the function may end")
            let runs = Counter()
            let work = Work { _ in
                runs.add()
                entered.open()
                leave.wait()
            }
            queue.enqueue(work)
            entered.wait()
            #expect(!work.isPending)
            #expect(queue.enqueue(work) == .queued)
            #expect(queue.enqueue(work) == .alreadyPending)
            #expect(work.isPending)
            leave.open()
            queue.shutdown()
            #expect(runs.current == 2)
        }
    }

    @Test("A finished work is as good as new")
    func enqueueAfterTheRun() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "as-new")
            let runs = Counter()
            let work = Work { _ in runs.add() }
            for round in 1...100 {
                #expect(queue.enqueue(work) == .queued)
                work.flush()
                #expect(runs.current == round)
            }
            queue.shutdown()
        }
    }

    @Test("Pending on one queue is pending for every queue")
    func pendingEverywhere() {
        withWatchdog {
            let held = HeldQueue("pending-here")
            let other = SingleThreadWorkqueue(name: "pending-there")
            let names = Recorder<String>()
            let work = Work { _ in names.append(currentThreadName()) }
            #expect(held.queue.enqueue(work) == .queued)
            #expect(other.enqueue(work) == .alreadyPending)
            other.shutdown()
            #expect(names.isEmpty)
            held.letGoAndShutDown()
            #expect(names.all == ["pending-here"])
        }
    }
}
