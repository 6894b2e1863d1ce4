// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Order and threads (KS §3.3)")
struct WorkOrderTests {
    @Test("Works run in the order in which they were enqueued")
    func firstInFirstOut() {
        withWatchdog {
            let held = HeldQueue("fifo")
            let order = Recorder<Int>()
            let works = (0..<300).map { number in Work { _ in order.append(number) } }
            for work in works { #expect(held.queue.enqueue(work) == .queued) }
            held.letGoAndShutDown()
            #expect(order.all == Array(0..<300))
        }
    }

    @Test("An enqueue of a pending work leaves it where it stands")
    func alreadyPendingKeepsItsPlace() {
        withWatchdog {
            let held = HeldQueue("keeps-place")
            let order = Recorder<String>()
            let first = Work { _ in order.append("first") }
            let second = Work { _ in order.append("second") }
            held.queue.enqueue(first)
            held.queue.enqueue(second)
            #expect(held.queue.enqueue(first) == .alreadyPending)
            held.letGoAndShutDown()
            #expect(order.all == ["first", "second"])
        }
    }

    @Test("A work that was cancelled and enqueued again stands at the end")
    func cancelledAndEnqueuedAgain() {
        withWatchdog {
            let held = HeldQueue("to-the-end")
            let order = Recorder<String>()
            let first = Work { _ in order.append("first") }
            let second = Work { _ in order.append("second") }
            held.queue.enqueue(first)
            held.queue.enqueue(second)
            #expect(first.cancel())
            #expect(held.queue.enqueue(first) == .queued)
            held.letGoAndShutDown()
            #expect(order.all == ["second", "first"])
        }
    }

    @Test("Of several threads that enqueue, each finds its own order kept")
    func orderOfEachProducer() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "producers")
            let order = Recorder<(producer: Int, number: Int)>()
            inParallel(4) { producer in
                for number in 0..<200 {
                    queue.enqueue(Work { _ in order.append((producer, number)) })
                }
            }
            queue.shutdown()
            for producer in 0..<4 {
                #expect(order.all.filter { $0.producer == producer }.map(\.number) == Array(0..<200))
            }
        }
    }

    @Test("No function runs in the thread that enqueues")
    func neverInline() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "not-inline")
            let workers = Recorder<UInt>()
            let work = Work { _ in workers.append(currentThreadIdentity()) }
            let identities = Recorder<UInt>()
            inParallel(3) { _ in
                identities.append(currentThreadIdentity())
                for _ in 0..<100 {
                    queue.enqueue(work)
                    work.flush()
                }
            }
            queue.shutdown()
            let all = Set(workers.all)
            #expect(all.count == 1, "all functions of a queue run on its one worker")
            #expect(all.isDisjoint(with: identities.all))
        }
    }

    @Test(
        "The worker bears the queue's name, cut at 15 bytes",
        arguments: ["short", "fifteen-bytes-x", "sixteen-bytes-xy", "a-queue-with-a-name-that-is-much-too-long"]
    )
    func nameOfTheWorker(name: String) {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: name)
            let names = Recorder<String>()
            queue.enqueue(Work { _ in names.append(currentThreadName()) })
            queue.shutdown()
            #expect(names.all == [cut(name)])
            #expect(queue.name == name)
        }
    }

    @Test("Works of one queue never overlap")
    func worksOfOneQueueNeverOverlap() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "no-overlap")
            let crowd = Crowd()
            let sum = Unguarded(0)
            inParallel(4) { _ in
                for _ in 0..<200 { queue.enqueue(Work { _ in crowd.visit { sum.value += 1 } }) }
            }
            queue.shutdown()
            #expect(crowd.largest == 1)
            #expect(sum.value == 800)
        }
    }
}

@Suite("At most one running instance, on whichever queue (KS §3.3)")
struct WorkInstanceTests {
    @Test("Enqueued on B while it runs on A, a work is pending, and B waits for the end of that run")
    func secondQueueWaits() {
        withWatchdog {
            let a = SingleThreadWorkqueue(name: "instance-a")
            let b = SingleThreadWorkqueue(name: "instance-b")
            let entered = Gate("the work runs on A")
            let leave = Gate("the work may end on A")
            let events = Recorder<String>()
            let work = Work { _ in
                let name = currentThreadName()
                events.append("begins on \(name)")
                if name == "instance-a" {
                    entered.open()
                    leave.wait()
                }
                events.append("ends on \(name)")
            }
            a.enqueue(work)
            entered.wait()
            let before = Work { _ in }
            b.enqueue(before)
            #expect(b.enqueue(work) == .queued)
            #expect(work.isPending)
            before.flush()
            #if os(Linux)
                // B's worker is past the work before, and sleeps: it waits for A, or it has run what it must not run.
                waitUntilThreadSleeps(named: "instance-b")
            #endif
            #expect(events.all == ["begins on instance-a"])
            #expect(work.isPending)
            leave.open()
            b.shutdown()
            a.shutdown()
            #expect(
                events.all == ["begins on instance-a", "ends on instance-a", "begins on instance-b", "ends on instance-b"]
            )
        }
    }

    @Test("A flush covers the instance pending on B and the one running on A")
    func flushCoversBoth() {
        withWatchdog {
            let a = SingleThreadWorkqueue(name: "both-a")
            let b = SingleThreadWorkqueue(name: "both-b")
            let entered = Gate("the work runs on A")
            let leave = Gate("the work may end on A")
            let runs = Counter()
            let work = Work { _ in
                if currentThreadName() == "both-a" {
                    entered.open()
                    leave.wait()
                }
                runs.add()
            }
            a.enqueue(work)
            entered.wait()
            b.enqueue(work)
            let flusher = TestThread("flusher") { inStep("flush") { work.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            #expect(!flusher.isFinished)
            leave.open()
            #expect(flusher.join())
            #expect(runs.current == 2)
            a.shutdown()
            b.shutdown()
        }
    }

    @Test("Enqueued on three queues by turns, a work never meets itself, and nothing is lost")
    func neverTwiceAtOnce() {
        withWatchdog {
            let queues = (0..<3).map { SingleThreadWorkqueue(name: "turns-\($0)") }
            let crowd = Crowd()
            let stored = Counter()
            let seen = Unguarded(0)
            let work = Work { _ in crowd.visit { seen.value = stored.current } }
            inParallel(3) { index in
                for round in 0..<600 {
                    stored.add()
                    queues[(index + round) % 3].enqueue(work)
                }
            }
            for queue in queues { queue.shutdown() }
            #expect(crowd.largest == 1)
            #expect(seen.value == 1800)
            #expect(!work.isPending)
        }
    }
}
