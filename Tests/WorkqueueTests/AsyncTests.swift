// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// An actor that lives on a worker.
private actor Resident {
    private let queue: SingleThreadWorkqueue
    private let other: SingleThreadWorkqueue

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    init(on queue: SingleThreadWorkqueue, beside other: SingleThreadWorkqueue) {
        self.queue = queue
        self.other = other
    }

    /// Returns the names of the threads before and after.
    func flushOwnQueue(_ work: Work) async throws -> [String] {
        let before = currentThreadName()
        queue.enqueue(work)
        try await queue.flush()
        return [before, currentThreadName()]
    }

    func flushWorkOfOwnQueue(_ work: Work) async throws -> Bool {
        queue.enqueue(work)
        return try await work.flush()
    }

    func cancelWorkOfOwnQueue(_ work: Work) async throws -> Bool {
        queue.enqueue(work)
        return try await work.cancelAndWait()
    }

    func closeOther() async throws { try await other.shutdown() }
}

@Suite("The async twins")
struct WorkqueueAsyncTests {
    @Test("Flush of a work: idle, pending, running")
    func flushOfAWork() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-flush")
            let entered = Gate("the work runs")
            let leave = Gate("the work may end")
            let ended = Unguarded(false)
            let work = Work { _ in
                entered.open()
                leave.wait()
                ended.value = true
            }
            #expect(try await !work.flush())
            queue.enqueue(work)
            await waitUntil("the work runs") { entered.isOpen }
            let behind = Work { _ in }
            queue.enqueue(behind)
            async let running = work.flush()
            async let pending = behind.flush()
            leave.open()
            _ = try await (running, pending)
            #expect(ended.value)
            #expect(try await !work.flush())
            #expect(try await !behind.flush())
            try await queue.shutdown()
        }
    }

    @Test("A task that waits does not return before the end")
    func flushWaits() async throws {
        try await withWatchdog {
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
                    case 0: _ = try await work.flush()
                    case 1: try await queue.flush()
                    default: _ = try await work.cancelAndWait()
                    }
                    events.append("returned")
                }
            }
            await waitUntil("a task is on its way") { isWaiting.isOpen }
            for _ in 0..<20 { await Task.yield() }
            leave.open()
            for task in waiting { try await task.value }
            try await queue.shutdown()
            // The canceller may have come while the work was still pending: then there is no end at all.
            #expect(events.all.first == "end" || !events.all.contains("end"))
            #expect(events.all.count { $0 == "returned" } == 3)
        }
    }

    @Test("Drain and shutdown run what was queued, chained works too")
    func drainAndShutdown() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-drain")
            let left = Unguarded(10)
            let work = Work { work in
                left.value -= 1
                if left.value % 10 != 0 { queue.enqueue(work) }
            }
            queue.enqueue(work)
            try await queue.drain()
            #expect(left.value == 0)
            left.value = 10
            #expect(queue.enqueue(work) == .queued)
            try await queue.shutdown()
            #expect(left.value == 0)
            #expect(queue.enqueue(work) == .refused)
            try await queue.flush()
            try await queue.drain()
            try await queue.shutdown()
        }
    }

    @Test("cancelAndWait: idle, and pending")
    func cancelAndWait() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-cancel")
            let leave = Gate("the worker may go on")
            queue.enqueue(Work { _ in leave.wait() })
            let runs = Counter()
            let work = Work { _ in runs.add() }
            #expect(try await !work.cancelAndWait())
            queue.enqueue(work)
            #expect(try await work.cancelAndWait())
            leave.open()
            try await queue.shutdown()
            #expect(runs.current == 0)
        }
    }

    @Test("Many tasks flush at once, and none keeps a thread for it")
    func manyTasks() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-many")
            let leave = Gate("the worker may go on")
            queue.enqueue(Work { _ in leave.wait() })
            let returned = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await queue.flush()
                        returned.add()
                    }
                }
                // Runs after the others have suspended or before: with threads held by the flushes it would never run.
                group.addTask { leave.open() }
                try await group.waitForAll()
            }
            #expect(returned.current == 200)
            try await queue.shutdown()
        }
    }

    @Test("On the own worker they suspend, where the blocking forms would trap")
    func onTheOwnWorker() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-own")
            let other = SingleThreadWorkqueue(name: "async-other")
            let resident = Resident(on: queue, beside: other)
            let runs = Counter()
            let work = Work { _ in runs.add() }
            #expect(try await resident.flushOwnQueue(work) == ["async-own", "async-own"])
            #expect(runs.current == 1)
            #expect(try await resident.flushWorkOfOwnQueue(work))
            #expect(runs.current == 2)
            #expect(try await resident.cancelWorkOfOwnQueue(work))
            #expect(runs.current == 2)
            try await resident.closeOther()
            #expect(other.enqueue(work) == .refused)
            try await queue.shutdown()
        }
    }
}
