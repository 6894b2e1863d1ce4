// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// Each in a process of its own: the numbers are those of the whole process.
@Suite("Diagnostics")
struct WorkqueueDiagnosticsTests {
    @Test("Queues, works and runs are counted")
    func counts() async {
        await #expect(processExitsWith: .success) {
            inSynchronousCode {
                let before = WorkqueueDiagnostics.current
                do {
                    let queue = SingleThreadWorkqueue(name: "counted")
                    let works = (0..<3).map { _ in Work { _ in } }
                    let delayed = DelayedWork { _ in }
                    #expect(WorkqueueDiagnostics.current.queuesAlive == before.queuesAlive + 1)
                    #expect(WorkqueueDiagnostics.current.worksAlive == before.worksAlive + 4)
                    for work in works { queue.enqueue(work) }
                    queue.enqueue(works[0])
                    queue.enqueue(delayed, after: .zero)
                    queue.shutdown()
                    let runs = WorkqueueDiagnostics.current.worksRun - before.worksRun
                    #expect(runs == 4 || runs == 5, "the first may have run before it was enqueued again: \(runs)")
                }
                waitUntil("all are gone") {
                    let now = WorkqueueDiagnostics.current
                    return now.queuesAlive == before.queuesAlive && now.worksAlive == before.worksAlive
                }
                #expect(WorkqueueDiagnostics.current.worksRun >= before.worksRun + 4, "what has run stays counted")
            }
        }
    }

    @Test("A cancelled work is not counted as run")
    func cancelledIsNotRun() async {
        await #expect(processExitsWith: .success) {
            inSynchronousCode {
                let held = HeldQueue("counted-cancel")
                let before = WorkqueueDiagnostics.current.worksRun
                let work = Work { _ in }
                held.queue.enqueue(work)
                work.cancel()
                held.letGoAndShutDown()
                #expect(WorkqueueDiagnostics.current.worksRun - before <= 1, "at most the one that held the worker")
            }
        }
    }

    @Test("Nothing is left after any end: shutdown, drop, cancel, refusal, timers, works that hold themselves no more")
    func backToZero() async {
        await #expect(processExitsWith: .success) {
            inSynchronousCode {
                let before = WorkqueueDiagnostics.current
                for round in 0..<50 {
                    let queue = SingleThreadWorkqueue(name: "zero-\(round)")
                    let ran = Gate("the work ran")
                    let kept = Work { _ in }
                    let timed = DelayedWork { _ in }
                    let unfired = DelayedWork { _ in }
                    queue.enqueue(Work { _ in ran.open() })
                    queue.enqueue(kept)
                    queue.enqueue(timed, after: .microseconds(100))
                    queue.enqueue(unfired, after: .seconds(3600))
                    ran.wait()
                    switch round % 4 {
                    case 0: queue.shutdown()
                    case 1: unfired.cancel()
                    case 2: kept.cancelAndWait()
                    default: timed.flush()
                    }
                    if round % 4 == 0 { queue.enqueue(kept) }
                }
                waitUntil("all are gone") {
                    let now = WorkqueueDiagnostics.current
                    return now.queuesAlive == before.queuesAlive && now.worksAlive == before.worksAlive
                }
            }
        }
    }
}
