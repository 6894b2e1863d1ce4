// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Who keeps a work alive (KS §3.2)")
struct WorkLifetimeTests {
    @Test("A queue keeps what is pending alive, and lets go of it after the run")
    func queueKeepsPendingWork() {
        withWatchdog {
            let held = HeldQueue("keeps")
            weak var gone: Work?
            let ran = Gate("the work ran")
            do {
                let work = Work { _ in ran.open() }
                gone = work
                held.queue.enqueue(work)
            }
            #expect(gone != nil)
            held.letGo()
            ran.wait()
            waitUntil("the work is gone") { gone == nil }
            held.queue.shutdown()
        }
    }

    @Test("A work that nobody enqueued goes with its last reference")
    func neverEnqueued() {
        withWatchdog {
            let end = Gate("what the function held is gone")
            weak var gone: Work?
            do {
                let token = Token { end.open() }
                let work = Work { _ in token.use() }
                gone = work
            }
            #expect(gone == nil)
            #expect(end.isOpen)
        }
    }

    @Test("The last reference may go in the work's own function")
    func lastReferenceGoesInItsOwnFunction() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "own-function")
            for _ in 0..<200 {
                let owner = Guarded<Work?>(nil)
                let end = Gate("the work is gone")
                let token = Token { end.open() }
                let inside = Recorder<Bool>()
                let work = Work { [weak owner] work in
                    owner?.withLock { $0 = nil }
                    // Still there: the run itself holds it.
                    inside.append(work.isPending)
                    token.use()
                }
                owner.withLock { $0 = work }
                queue.enqueue(work)
                inside.wait(forCount: 1)
                #expect(inside.all == [false])
                #expect(owner.withLock { $0 == nil })
                _ = end
            }
            queue.shutdown()
        }
    }

    @Test("What a function holds goes in no thread that holds a lock: its deinit may call the queue")
    func deinitCallsTheQueueFromTheWorker() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deinit-calls")
            let other = SingleThreadWorkqueue(name: "deinit-other")
            let last = Gate("the work enqueued by a deinit ran")
            let results = Recorder<EnqueueResult>()
            do {
                let lastWork = Work { _ in last.open() }
                let token = Token {
                    let idle = Work { _ in }
                    results.append(queue.enqueue(lastWork))
                    results.append(other.enqueue(idle))
                    idle.flush()
                    _ = idle.cancelAndWait()
                    other.flush()
                    _ = lastWork.isPending
                }
                queue.enqueue(Work { _ in token.use() })
            }
            last.wait()
            #expect(results.all == [.queued, .queued])
            queue.shutdown()
            other.shutdown()
        }
    }

    @Test("What a cancelled work's function holds goes in the thread that cancels, without a lock")
    func deinitCallsTheQueueFromCancel() {
        withWatchdog {
            let held = HeldQueue("cancel-deinit")
            let ended = Gate("the token is gone")
            do {
                let other = Work { _ in }
                let queue = held.queue
                let token = Token {
                    queue.enqueue(other)
                    _ = other.isPending
                    ended.open()
                }
                var work: Work? = Work { _ in token.use() }
                work.map { _ = queue.enqueue($0) }
                work?.cancel()
                work = nil
            }
            ended.wait()
            held.letGoAndShutDown()
        }
    }

    @Test("A work dropped in another work's function goes without a lock")
    func workDroppedInAFunction() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "drop-inside")
            let ended = Gate("the token is gone")
            let owner = Guarded<Work?>(nil)
            do {
                let token = Token {
                    queue.enqueue(Work { _ in })
                    ended.open()
                }
                owner.withLock { $0 = Work { _ in token.use() } }
            }
            queue.enqueue(
                Work { _ in
                    let work = owner.withLock { work in
                        defer { work = nil }
                        return work
                    }
                    _ = work?.isPending
                }
            )
            ended.wait()
            queue.shutdown()
        }
    }

    @Test("An armed delayed work is kept alive, runs, and goes")
    func armedDelayedWork() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "armed-alive")
            let ran = Gate("the delayed work ran")
            weak var gone: DelayedWork?
            do {
                let work = DelayedWork { _ in ran.open() }
                gone = work
                queue.enqueue(work, after: .milliseconds(2))
            }
            ran.wait()
            waitUntil("the delayed work is gone") { gone == nil }
            queue.shutdown()
        }
    }

    @Test("A cancelled timer, and one that a shutdown found unfired, are let go")
    func unfiredDelayedWork() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "unfired-gone")
            weak var cancelled: DelayedWork?
            weak var unfired: DelayedWork?
            do {
                let first = DelayedWork { _ in }
                let second = DelayedWork { _ in }
                cancelled = first
                unfired = second
                queue.enqueue(first, after: .seconds(3600))
                queue.enqueue(second, after: .seconds(3600))
                first.cancel()
            }
            waitUntil("the cancelled one is gone") { cancelled == nil }
            #expect(unfired != nil)
            queue.shutdown()
            waitUntil("the unfired one is gone") { unfired == nil }
        }
    }

    @Test("A queue does not keep itself alive through a work that holds it")
    func noCycle() {
        withWatchdog {
            weak var gone: SingleThreadWorkqueue?
            do {
                let queue = SingleThreadWorkqueue(name: "no-cycle")
                gone = queue
                let work = Work { _ in _ = queue.name }
                queue.enqueue(work)
                work.flush()
                queue.shutdown()
            }
            waitUntil("the queue is gone") { gone == nil }
        }
    }
}
