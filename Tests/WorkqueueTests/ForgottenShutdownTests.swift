// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

@Suite("A queue that nobody shut down (design.md, façades)")
struct ForgottenShutdownTests {
    @Test("Dropping it does not block, and what was enqueued runs")
    func dropDrainsWithoutBlocking() {
        withWatchdog {
            var held: HeldQueue? = HeldQueue("forgot-drain")
            let ran = Recorder<Int>()
            for number in 0..<10 { held?.queue.enqueue(Work { _ in ran.append(number) }) }
            weak let queue = held?.queue
            let gate = held?.gate
            held = nil
            #expect(queue == nil)
            #expect(ran.isEmpty)
            gate?.open()
            #expect(ran.wait(forCount: 10) == Array(0..<10))
            #if os(Linux)
                waitUntil("the worker has ended by itself") { threads(named: "forgot-drain").isEmpty }
            #endif
        }
    }

    @Test("An idle one ends its thread by itself")
    func idleOne() {
        withWatchdog {
            var queue: SingleThreadWorkqueue? = SingleThreadWorkqueue(name: "forgot-idle")
            let work = Work { _ in }
            queue?.enqueue(work)
            work.flush()
            queue = nil
            #if os(Linux)
                waitUntil("the worker has ended by itself") { threads(named: "forgot-idle").isEmpty }
            #endif
        }
    }

    @Test("The last reference may go in a function on its own worker")
    func lastReferenceGoesOnTheWorker() {
        withWatchdog {
            weak var gone: SingleThreadWorkqueue?
            let ran = Recorder<String>()
            let dropped = Gate("the test has dropped its reference")
            do {
                let queue = SingleThreadWorkqueue(name: "forgot-worker")
                gone = queue
                let owner = Guarded<SingleThreadWorkqueue?>(queue)
                queue.enqueue(
                    Work { _ in
                        dropped.wait()
                        owner.withLock { $0 = nil }
                        ran.append("dropped")
                    }
                )
                queue.enqueue(Work { _ in ran.append("after") })
            }
            dropped.open()
            #expect(ran.wait(forCount: 2) == ["dropped", "after"])
            waitUntil("the queue is gone") { gone == nil }
            #if os(Linux)
                waitUntil("the worker has ended by itself") { threads(named: "forgot-worker").isEmpty }
            #endif
        }
    }

    @Test("A flush that is in progress elsewhere ends")
    func workFlushInProgress() {
        withWatchdog {
            let work: Work
            let gate: Gate
            do {
                let held = HeldQueue("forgot-flush")
                let pending = Work { _ in }
                held.queue.enqueue(pending)
                work = pending
                gate = held.gate
            }
            let flusher = TestThread("flusher") { inStep("flush") { work.flush() } }
            flusher.waitUntilAsleep(in: "flush")
            gate.open()
            #expect(flusher.join())
        }
    }

    @Test("Its unfired timers are let go")
    func unfiredTimers() {
        withWatchdog {
            weak var gone: DelayedWork?
            do {
                let queue = SingleThreadWorkqueue(name: "forgot-timer")
                let work = DelayedWork { _ in }
                gone = work
                queue.enqueue(work, after: .seconds(3600))
            }
            waitUntil("the delayed work is gone") { gone == nil }
        }
    }

    @Test("A debug build says which call was forgotten, by name")
    func debugBuildsSaySo() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            forgetAQueue()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #if DEBUG
            #expect(text.contains("shutdown()"))
            #expect(text.contains("\"forgotten-queue\""))
        #else
            #expect(!text.contains("forgotten-queue"))
        #endif
    }

    @Test("A queue that was shut down is dropped without a word")
    func noWordAfterShutdown() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            inSynchronousCode { SingleThreadWorkqueue(name: "remembered").shutdown() }
        }
        let said = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(!said.contains("remembered"))
    }
}

private func forgetAQueue() {
    withWatchdog {
        do {
            let queue = SingleThreadWorkqueue(name: "forgotten-queue")
            let work = Work { _ in }
            queue.enqueue(work)
            work.flush()
        }
        #if os(Linux)
            waitUntil("the worker has ended by itself") { threads(named: "forgotten-queue").isEmpty }
        #endif
    }
}
