// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// The number in "Work(work 17, idle)".
private func number(of work: Work) -> String {
    String(work.debugDescription.drop { !$0.isNumber }.prefix { $0.isNumber })
}

@Suite("Snapshots and descriptions")
struct SnapshotTests {
    @Test("A held queue tells what runs, what is pending, which timers run and who waits, each by its name")
    func heldQueue() {
        withWatchdog {
            let (entered, gate, queue) = (Gate("entered"), Gate("go on"), SingleThreadWorkqueue(name: "held"))
            queue.enqueue(
                Work(name: "hold") { _ in
                    entered.open()
                    gate.wait()
                }
            )
            entered.wait()
            let (first, second) = (Work(name: "first") { _ in }, Work { _ in })
            let (late, early) = (DelayedWork(name: "late") { _ in }, DelayedWork(name: "early") { _ in })
            queue.enqueue(first)
            queue.enqueue(second)
            queue.enqueue(late, after: .seconds(7200))
            queue.enqueue(early, after: .seconds(3600))
            let flusher = TestThread("flusher") { queue.flush() }
            waitUntil("the flush waits") { queue.snapshot().waiting == 1 }

            let snapshot = queue.snapshot()
            #expect(snapshot.name == "held" && snapshot.state == .open && !snapshot.isIdle)
            #expect(snapshot.running?.name == "hold")
            #expect(snapshot.runningFor == nil, "nobody reads a clock")
            #expect(snapshot.pending.map(\.description) == ["\"first\"", "work \(number(of: second))"])
            #expect(snapshot.timers.map(\.item.name) == ["early", "late"])
            #expect(snapshot.timers.allSatisfy { $0.remaining > .seconds(3000) && $0.remaining <= .seconds(7200) })
            #expect(snapshot.waiting == 1 && snapshot.runs == 0)
            let line = "\"held\", open, runs \"hold\", 2 pending, 2 timers, 1 waiting, 0 runs"
            #expect(queue.debugDescription == "SingleThreadWorkqueue(\(line))")
            let lines = snapshot.description.split(separator: "\n")
            #expect(lines.first == "queue \"held\": open, 2 pending, 2 timers, 1 waiting, 0 runs")
            #expect(lines.dropFirst().prefix(2) == ["  runs \"hold\"", "  pending: \"first\""])
            #expect(lines.last?.hasPrefix("  timer: \"late\" in 7") == true)

            gate.open()
            flusher.join()
            #expect(queue.snapshot().runs == 3)
            late.cancel()
            early.cancel()
            queue.shutdown()
            #expect(queue.debugDescription == "SingleThreadWorkqueue(\"held\", ended, 0 pending, 3 runs)")
        }
    }

    @Test("A work tells where it is, from idle to idle")
    func work() {
        withWatchdog {
            let held = HeldQueue("of-works")
            let seen = Recorder<String>()
            let work = Work(name: "blink") { work in seen.append(work.debugDescription) }
            let delayed = DelayedWork(name: "tick") { _ in }
            #expect(work.debugDescription == "Work(\"blink\", idle)")
            held.queue.enqueue(work)
            held.queue.enqueue(delayed, after: .seconds(3600))
            #expect(work.debugDescription == "Work(\"blink\", pending on \"of-works\")")
            #expect(delayed.debugDescription == "DelayedWork(\"tick\", timer on \"of-works\")")
            delayed.cancel()
            held.letGo()
            work.flush()
            #expect(seen.all == ["Work(\"blink\", runs on \"of-works\")"])
            #expect(work.debugDescription == "Work(\"blink\", idle)")
            let unnamed = [Work { _ in }, Work { _ in }]
            #expect(number(of: unnamed[0]) != number(of: unnamed[1]))
            held.queue.shutdown()
        }
    }

    @Test("A work that is queued on one queue and runs on another tells both")
    func elsewhere() {
        withWatchdog {
            let (one, other) = (SingleThreadWorkqueue(name: "one"), SingleThreadWorkqueue(name: "other"))
            let (entered, gate) = (Gate("entered"), Gate("go on"))
            let work = Work(name: "moves") { _ in
                entered.open()
                gate.wait()
            }
            one.enqueue(work)
            entered.wait()
            other.enqueue(work)
            #expect(work.debugDescription == "Work(\"moves\", runs on \"one\", pending on \"other\")")
            gate.open()
            one.shutdown()
            other.shutdown()
        }
    }

    @Test("Also of its own worker, inside the work that runs: it is not among the pending")
    func ownWorker() {
        withWatchdog {
            let (queue, seen) = (SingleThreadWorkqueue(name: "own"), Recorder<String>())
            queue.enqueue(Work(name: "looks") { [unowned queue] _ in seen.append(queue.debugDescription) })
            seen.wait(forCount: 1)
            #expect(seen.all == ["SingleThreadWorkqueue(\"own\", open, runs \"looks\", 0 pending, 0 runs)"])
            queue.shutdown()
        }
    }

    @Test("A drain and an end are seen while they last")
    func states() {
        withWatchdog {
            let held = HeldQueue("states")
            let drain = TestThread("drain") { held.queue.drain() }
            waitUntil("the drain is there") { held.queue.snapshot().state == .draining }
            let end = TestThread("end") { held.queue.shutdown() }
            waitUntil("the end has begun") { held.queue.snapshot().state == .closing }
            held.letGo()
            drain.join()
            end.join()
            #expect(held.queue.snapshot().state == .ended)
        }
    }

    @Test("Many timers, in the order in which they fire")
    func manyTimers() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "timers")
            var random = SplitMix64(seed: 17)
            let works = (0..<200).map { _ in DelayedWork { _ in } }
            for work in works { queue.enqueue(work, after: .seconds(Int.random(in: 1000...2000, using: &random))) }
            for work in works.shuffled(using: &random).prefix(60) { work.cancel() }
            let timers = queue.snapshot().timers
            #expect(timers.count == 140 && Set(timers.map(\.item)).count == 140)
            #expect(zip(timers, timers.dropFirst()).allSatisfy { $0.remaining <= $1.remaining })
            queue.shutdown()
        }
    }

    @Test("Results are named as their cases are")
    func results() {
        #expect([EnqueueResult.queued, .alreadyPending, .refused].map(\.description) == ["queued", "alreadyPending", "refused"])
    }
}
