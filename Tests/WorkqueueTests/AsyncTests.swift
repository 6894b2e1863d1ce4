// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// Runs an actor's jobs as works of a queue.
private final class QueueExecutor: SerialExecutor {
    let queue: SingleThreadWorkqueue

    init(_ queue: SingleThreadWorkqueue) { self.queue = queue }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.enqueue(Work { _ in unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) })
    }
}

/// An actor that lives on a worker.
private actor Resident {
    private let executor: QueueExecutor
    private let other: SingleThreadWorkqueue

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(on queue: SingleThreadWorkqueue, beside other: SingleThreadWorkqueue) {
        executor = QueueExecutor(queue)
        self.other = other
    }

    /// Returns the names of the threads before and after.
    func flushOwnQueue(_ work: Work) async -> [String] {
        let before = currentThreadName()
        executor.queue.enqueue(work)
        await executor.queue.flush()
        return [before, currentThreadName()]
    }

    func flushWorkOfOwnQueue(_ work: Work) async -> Bool {
        executor.queue.enqueue(work)
        return await work.flush()
    }

    func cancelWorkOfOwnQueue(_ work: Work) async -> Bool {
        executor.queue.enqueue(work)
        return await work.cancelAndWait()
    }

    func closeOther() async { await other.shutdown() }
}

@Suite("The async twins")
struct WorkqueueAsyncTests {
    @Test("Flush of a work: idle, pending, running")
    func flushOfAWork() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-flush")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ended = Unguarded(false)
            let work = Work { _ in
                entered.open()
                leave.wait()
                ended.value = true
            }
            #expect(await !work.flush())
            queue.enqueue(work)
            await waitUntil("the work runs") { entered.isOpen }
            let behind = Work { _ in }
            queue.enqueue(behind)
            async let running = work.flush()
            async let pending = behind.flush()
            leave.open()
            _ = await (running, pending)
            #expect(ended.value)
            #expect(await !work.flush())
            #expect(await !behind.flush())
            await queue.shutdown()
        }
    }

    @Test("A task that waits does not return before the end")
    func flushWaits() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-waits")
            let leave = Gate("the work may end")
            let events = Recorder<String>()
            let work = Work { _ in
                leave.wait()
                events.append("end")
            }
            queue.enqueue(work)
            let isWaiting = Gate("the tasks are on their way")
            let waiting = (0..<3).map { index in
                Task {
                    isWaiting.open()
                    switch index {
                    case 0: _ = await work.flush()
                    case 1: await queue.flush()
                    default: _ = await work.cancelAndWait()
                    }
                    events.append("returned")
                }
            }
            await waitUntil("a task is on its way") { isWaiting.isOpen }
            for _ in 0..<20 { await Task.yield() }
            leave.open()
            for task in waiting { await task.value }
            await queue.shutdown()
            // The canceller may have come while the work was still pending: then there is no end at all.
            #expect(events.all.first == "end" || !events.all.contains("end"))
            #expect(events.all.count { $0 == "returned" } == 3)
        }
    }

    @Test("Drain and shutdown run what was queued, chained works too")
    func drainAndShutdown() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-drain")
            let left = Unguarded(10)
            let work = Work { work in
                left.value -= 1
                if left.value % 10 != 0 { queue.enqueue(work) }
            }
            queue.enqueue(work)
            await queue.drain()
            #expect(left.value == 0)
            left.value = 10
            #expect(queue.enqueue(work) == .queued)
            await queue.shutdown()
            #expect(left.value == 0)
            #expect(queue.enqueue(work) == .refused)
            await queue.flush()
            await queue.drain()
            await queue.shutdown()
        }
    }

    @Test("cancelAndWait: idle, and pending")
    func cancelAndWait() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-cancel")
            let leave = Gate("the worker may go on")
            queue.enqueue(Work { _ in leave.wait() })
            let runs = Counter()
            let work = Work { _ in runs.add() }
            #expect(await !work.cancelAndWait())
            queue.enqueue(work)
            #expect(await work.cancelAndWait())
            leave.open()
            await queue.shutdown()
            #expect(runs.current == 0)
        }
    }

    @Test("Many tasks flush at once, and none keeps a thread for it")
    func manyTasks() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-many")
            let leave = Gate("the worker may go on")
            queue.enqueue(Work { _ in leave.wait() })
            let returned = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        await queue.flush()
                        returned.add()
                    }
                }
                // Runs after the others have suspended or before: with threads held by the flushes it would never run.
                group.addTask { leave.open() }
                await group.waitForAll()
            }
            #expect(returned.current == 200)
            await queue.shutdown()
        }
    }

    @Test("On the own worker they suspend, where the blocking forms would trap")
    func onTheOwnWorker() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-own")
            let other = SingleThreadWorkqueue(name: "async-other")
            let resident = Resident(on: queue, beside: other)
            let runs = Counter()
            let work = Work { _ in runs.add() }
            #expect(await resident.flushOwnQueue(work) == ["async-own", "async-own"])
            #expect(runs.current == 1)
            #expect(await resident.flushWorkOfOwnQueue(work))
            #expect(runs.current == 2)
            #expect(await resident.cancelWorkOfOwnQueue(work))
            #expect(runs.current == 2)
            await resident.closeOther()
            #expect(other.enqueue(work) == .refused)
            await queue.shutdown()
        }
    }

    @Test("A task that is cancelled keeps the promise all the same: what was queued has run")
    func cancelledTask() async {
        await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-cancelled")
            let leave = Gate("the worker may go on")
            let ended = Unguarded(false)
            let work = Work { _ in
                leave.wait()
                ended.value = true
            }
            queue.enqueue(work)
            let isWaiting = Gate("the task is on its way")
            let task = Task {
                isWaiting.open()
                await queue.flush()
                return ended.value
            }
            await waitUntil("the task is on its way") { isWaiting.isOpen }
            task.cancel()
            leave.open()
            #expect(await task.value)
            await queue.shutdown()
        }
    }
}
