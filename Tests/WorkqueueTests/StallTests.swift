// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// A limit that every run which stands at a gate exceeds.
private let tiny = Duration.nanoseconds(1)
/// One that no run of a test exceeds.
private let long = Duration.seconds(3600)

@Suite("Reports of stalls", .serialized)
struct StallTests {
    @Test("A work that runs too long is reported once, by name, with what is pending behind it")
    func reported() {
        withWatchdog {
            let (queue, stalls) = (SingleThreadWorkqueue(name: "slow"), Recorder<WorkqueueStall>())
            queue.reportStalls(longerThan: tiny) { stalls.append($0) }
            let (gate, entered) = (Gate("go on"), Gate("entered"))
            let behind = Work(name: "behind") { _ in }
            queue.enqueue(
                Work(name: "stall") { _ in
                    queue.enqueue(behind)
                    entered.open()
                    gate.wait()
                }
            )
            entered.wait()
            let stall = stalls.wait(forCount: 1)[0]
            #expect(stall.queue == "slow" && stall.work.name == "stall" && stall.limit == tiny)
            #expect(stall.runningFor >= tiny)
            #expect(stall.description.hasPrefix("queue \"slow\": \"stall\" has been running for "))
            #expect(queue.snapshot().running?.name == "stall")
            #expect(queue.snapshot().runningFor ?? .zero >= stall.runningFor, "it is known while the queue is watched")
            gate.open()
            behind.flush()
            queue.stopReportingStalls()
            let names = stalls.all.map(\.work.name)
            #expect(names.count { $0 == "stall" } == 1, "once for each run: \(names)")
            queue.shutdown()
        }
    }

    @Test("A run that was in progress when the report began is reported, too, and the next one again")
    func alreadyRunning() {
        withWatchdog {
            let (held, stalls) = (HeldQueue("in-progress"), Recorder<WorkqueueStall>())
            let next = Work(name: "next") { _ in stalls.wait(forCount: 2) }
            held.queue.enqueue(next)
            held.queue.reportStalls(longerThan: tiny) { stalls.append($0) }
            let first = stalls.wait(forCount: 1)[0]
            #expect(first.work.name == nil && first.snapshot.pending.map(\.name) == ["next"])
            #expect(first.description.hasSuffix("longer than 1 ns; 1 pending behind it: \"next\""))
            held.letGo()
            next.flush()
            #expect(stalls.all.map(\.work.name) == [nil, "next"])
            held.queue.shutdown()
        }
    }

    @Test("What runs for less than the limit is not reported")
    func notStalled() {
        withWatchdog {
            let (queue, stalls) = (SingleThreadWorkqueue(name: "quick"), Recorder<WorkqueueStall>())
            queue.reportStalls(longerThan: long) { stalls.append($0) }
            for _ in 0..<100 {
                let work = Work { _ in }
                queue.enqueue(work)
                work.flush()
            }
            queue.shutdown()
            #expect(stalls.isEmpty)
        }
    }

    @Test("The handler is called without any lock: it may look at the queue, enqueue, and end its own report")
    func inTheHandler() {
        withWatchdog {
            let (held, seen) = (HeldQueue("handled"), Recorder<String>())
            let work = Work(name: "chained") { _ in }
            let queue = held.queue
            queue.reportStalls(longerThan: tiny) { [unowned queue] _ in
                queue.enqueue(work)
                queue.stopReportingStalls()
                seen.append(queue.debugDescription)
            }
            #expect(seen.wait(forCount: 1) == ["SingleThreadWorkqueue(\"handled\", open, runs \(named(queue)), 1 pending, 0 runs)"])
            held.letGo()
            work.flush()
            queue.shutdown()
            #expect(seen.count == 1)
        }
    }

    private func named(_ queue: SingleThreadWorkqueue) -> String { queue.snapshot().running?.description ?? "nothing" }

    @Test("The end of a report waits for the handler, and so does the end of the queue", arguments: [false, true])
    func endWaits(endsTheQueue: Bool) {
        withWatchdog {
            let (held, called, mayReturn) = (HeldQueue("ends"), Gate("the handler was called"), Gate("the handler may return"))
            let hasReturned = Guarded(false)
            held.queue.reportStalls(longerThan: tiny) { _ in
                called.open()
                mayReturn.wait()
                hasReturned.withLock { $0 = true }
            }
            called.wait()
            held.letGo()
            let thread = TestThread("ends it") {
                inStep("the end") { endsTheQueue ? held.queue.shutdown() : held.queue.stopReportingStalls() }
                return hasReturned.current
            }
            thread.waitUntilAsleep(in: "the end")
            #expect(!thread.isFinished)
            mayReturn.open()
            #expect(thread.join(), "the end came before the handler had returned")
            held.queue.shutdown()
        }
    }

    /// In a process of its own: its handler holds the one watcher until a task has had its turn, and other tests hold the pool's threads.
    @Test("The async end suspends until the handler has returned")
    func asyncEnd() async {
        await #expect(processExitsWith: .success) {
            await withWatchdog {
                let (queue, called, mayReturn) = (SingleThreadWorkqueue(name: "async-end"), Gate("called"), Gate("may return"))
                let gate = Gate("go on")
                let hasReturned = Guarded(false)
                queue.reportStalls(longerThan: .nanoseconds(1)) { _ in
                    called.open()
                    mayReturn.wait()
                    hasReturned.withLock { $0 = true }
                }
                queue.enqueue(Work { _ in gate.wait() })
                await waitUntil("the handler is called") { called.isOpen }
                let task = Task {
                    await queue.stopReportingStalls()
                    return hasReturned.current
                }
                mayReturn.open()
                #expect(await task.value)
                gate.open()
                try? await queue.shutdown()
            }
        }
    }

    @Test("A second report replaces the first")
    func replaced() {
        withWatchdog {
            let (held, stalls) = (HeldQueue("replaced"), Recorder<Int>())
            held.queue.reportStalls(longerThan: long) { _ in stalls.append(1) }
            held.queue.reportStalls(longerThan: tiny) { _ in stalls.append(2) }
            #expect(stalls.wait(forCount: 1) == [2])
            held.letGoAndShutDown()
        }
    }

    @Test("Two queues have one watcher, which is gone when nobody is watched any more")
    func oneWatcher() async {
        await #expect(processExitsWith: .success) {
            inSynchronousCode {
                let (one, other, stalls) = (HeldQueue("one"), HeldQueue("other"), Recorder<String>())
                one.queue.reportStalls(longerThan: tiny) { stalls.append($0.queue) }
                other.queue.reportStalls(longerThan: tiny) { stalls.append($0.queue) }
                #expect(Set(stalls.wait(forCount: 2)) == ["one", "other"])
                #if os(Linux)
                    #expect(threads(named: "stall-watcher").count == 1)
                    waitUntilThreadSleeps(named: "stall-watcher")
                #endif
                one.letGoAndShutDown()
                other.queue.stopReportingStalls()
                other.letGoAndShutDown()
                #if os(Linux)
                    waitUntil("the watcher has ended") { threads(named: "stall-watcher").isEmpty }
                #endif
            }
        }
    }

    @Test("Neither the watcher nor the report keeps a dropped queue; the handler goes with it")
    func dropped() {
        withWatchdog {
            let gone = Gate("the handler is gone")
            do {
                let token = Token { gone.open() }
                let queue = SingleThreadWorkqueue(name: "dropped-watched")
                queue.reportStalls(longerThan: long) { _ in token.use() }
                queue.enqueue(Work { _ in })
            }
            gone.wait()
        }
    }

    @Test("A queue that has ended is not watched")
    func ended() {
        withWatchdog {
            let gone = Gate("the handler is gone")
            let queue = SingleThreadWorkqueue(name: "over")
            queue.shutdown()
            do {
                let token = Token { gone.open() }
                queue.reportStalls(longerThan: tiny) { _ in token.use() }
            }
            gone.wait()
            queue.stopReportingStalls()
        }
    }
}

@Suite("Misuse of reports of stalls")
struct StallMisuseTests {
    @Test("reportStalls(longerThan:to:) was given a limit that is not positive")
    func limit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            SingleThreadWorkqueue(name: "no-limit").reportStalls(longerThan: .zero) { _ in }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("of the queue \"no-limit\" was given a limit that is not positive"))
    }

    @Test("shutdown() was called in the handler that is told of a stall of this queue")
    func shutdownInTheHandler() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let held = HeldQueue("self-told")
                let queue = held.queue
                queue.reportStalls(longerThan: .nanoseconds(1)) { _ in queue.shutdown() }
                Gate("never").wait()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("shutdown() of the queue \"self-told\" was called in the handler that is told of a stall of this queue"))
    }
}
