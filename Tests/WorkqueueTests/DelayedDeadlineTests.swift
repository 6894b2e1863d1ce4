// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("The deadlines of delayed works")
struct DelayedDeadlineTests {
    @Test("They fire in the order of their deadlines")
    func orderOfDeadlines() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deadline-order")
            let clock = SuspendingClock()
            let delays: [Duration] = [.milliseconds(60), .milliseconds(15), .milliseconds(45), .milliseconds(1), .milliseconds(30)]
            let order = Recorder<Int>()
            let works = delays.indices.map { index in DelayedWork { _ in order.append(index) } }
            // The deadline of each lies between these two.
            var earliest: [SuspendingClock.Instant] = []
            var latest: [SuspendingClock.Instant] = []
            for (work, delay) in zip(works, delays) {
                earliest.append(clock.now.advanced(by: delay))
                queue.enqueue(work, after: delay)
                latest.append(clock.now.advanced(by: delay))
            }
            let fired = order.wait(forCount: delays.count)
            for (position, first) in fired.enumerated() {
                for second in fired[(position + 1)...] {
                    #expect(earliest[first] <= latest[second], "\(second) was due before \(first), and fired after it: \(fired)")
                }
            }
            queue.shutdown()
        }
    }

    @Test("An earlier deadline comes first, though the worker sleeps towards a later one")
    func earlierDeadlineWakesTheWorker() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deadline-early")
            let ran = Gate("the early one ran")
            let late = DelayedWork { _ in }
            let early = DelayedWork { _ in ran.open() }
            queue.enqueue(late, after: .seconds(3600))
            #if os(Linux)
                waitUntilThreadSleeps(named: "deadline-early")
            #endif
            queue.enqueue(early, after: .milliseconds(2))
            ran.wait()
            #expect(late.isPending)
            #expect(late.reschedule(after: .milliseconds(1)))
            waitUntil("the late one has run") { !late.isPending }
            queue.shutdown()
        }
    }

    @Test("A queue that is never idle still fires them")
    func busyQueueFires() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deadline-busy")
            let fired = Gate("the timer fired")
            let busy = Work { work in if !fired.isOpen { queue.enqueue(work) } }
            queue.enqueue(busy)
            let delayed = DelayedWork { _ in fired.open() }
            queue.enqueue(delayed, after: .milliseconds(3))
            fired.wait()
            queue.shutdown()
        }
    }

    @Test("Of many, armed and cancelled by turns, exactly the others fire")
    func manyTimers() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deadline-many")
            let runs = Recorder<Int>()
            let works = (0..<400).map { number in DelayedWork { _ in runs.append(number) } }
            var random = SplitMix64(seed: 20_090_702)
            var cancelled: Set<Int> = []
            for work in works { queue.enqueue(work, after: .microseconds(Int.random(in: 500...15_000, using: &random))) }
            for number in stride(from: 0, to: works.count, by: 2) where works[number].cancel() { cancelled.insert(number) }
            for number in stride(from: 1, to: works.count, by: 4) { _ = works[number].reschedule(after: .milliseconds(1)) }
            waitUntil("nothing is pending") { works.allSatisfy { !$0.isPending } }
            queue.flush()
            let ran = Set(runs.all)
            #expect(ran.isDisjoint(with: cancelled))
            #expect(ran.union(cancelled).count == works.count)
            queue.shutdown()
        }
    }

    @Test("Timers of several queues do not mix")
    func severalQueues() {
        withWatchdog {
            let names = Recorder<String>()
            let queues = (0..<3).map { SingleThreadWorkqueue(name: "deadline-of-\($0)") }
            for queue in queues { queue.enqueue(DelayedWork { _ in names.append(currentThreadName()) }, after: .milliseconds(2)) }
            #expect(Set(names.wait(forCount: 3)) == ["deadline-of-0", "deadline-of-1", "deadline-of-2"])
            for queue in queues { queue.shutdown() }
        }
    }

    @Test("Hammered by enqueue, reschedule, flush and cancel, it never meets itself and ends idle")
    func hammer() {
        withWatchdog {
            let queue = SingleThreadWorkqueue(name: "deadline-hammer")
            let crowd = Crowd()
            let work = DelayedWork { _ in crowd.visit {} }
            queue.enqueue(work, after: .zero)
            inParallel(4) { index in
                for round in 0..<300 {
                    switch index {
                    case 0: queue.enqueue(work, after: round % 2 == 0 ? .zero : .microseconds(50))
                    case 1: _ = work.reschedule(after: .microseconds(round % 100))
                    case 2: work.flush()
                    default: work.cancel()
                    }
                }
            }
            work.cancelAndWait()
            #expect(!work.isPending)
            #expect(crowd.largest <= 1)
            queue.shutdown()
        }
    }
}
