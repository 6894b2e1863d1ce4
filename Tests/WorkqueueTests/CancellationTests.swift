// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Tasks that are cancelled")
struct CancellationTests {
    @Test("During the wait: it is over at once, nothing is left behind, and what was waited for goes on", arguments: Twin.allCases)
    func during(_ twin: Twin) async {
        await withWatchdog {
            let subject = Subject(twin, "cancel-during")
            await subject.start()
            let task = subject.startCall()
            await subject.waitForWaiters(1)
            task.cancel()
            // The function still stands at the gate.
            #expect(await task.value == .interrupted)
            await subject.checkAfterThrow()
        }
    }

    @Test("Before the call: it throws at once, and has done what it does without waiting", arguments: Twin.allCases)
    func before(_ twin: Twin) async {
        await withWatchdog {
            let subject = Subject(twin, "cancel-before")
            await subject.start()
            if twin.cancels { #expect(subject.enqueue() == .queued) }
            let task = Task {
                unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
                return await error { try await subject.call() }
            }
            #expect(await task.value == .interrupted)
            await subject.checkAfterThrow()
        }
    }

    @Test("Before the call, and there is nothing to wait for: it throws all the same", arguments: Twin.allCases)
    func beforeOfTheIdle(_ twin: Twin) async throws {
        try await withWatchdog {
            let subject = Subject(twin, "cancel-idle")
            let task = Task {
                unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
                return await error { try await subject.call() }
            }
            #expect(await task.value == .interrupted)
            try await subject.queue.shutdown()
        }
    }

    @Test("Afterwards: nothing", arguments: Twin.allCases)
    func afterwards(_ twin: Twin) async throws {
        try await withWatchdog {
            let subject = Subject(twin, "cancel-after")
            await subject.start()
            let task = subject.startCall()
            await subject.waitForWaiters(1)
            subject.letGo()
            #expect(await task.value == nil)
            task.cancel()
            #expect(subject.ended.current == 1)
            try await subject.queue.shutdown()
        }
    }

    @Test("One of many: the others go on waiting, wherever they stand behind the item", arguments: Twin.allCases)
    func oneOfMany(_ twin: Twin) async throws {
        try await withWatchdog {
            let subject = Subject(twin, "cancel-one")
            await subject.start()
            var tasks: [Task<WorkqueueError?, Never>] = []
            for count in 1...5 {
                tasks.append(subject.startCall())
                await subject.waitForWaiters(count)
            }
            for (left, index) in [(4, 2), (3, 4), (2, 0)] {
                tasks[index].cancel()
                #expect(await tasks[index].value == .interrupted)
                #expect(subject.waiters == left)
            }
            subject.letGo()
            #expect(await tasks[1].value == nil)
            #expect(await tasks[3].value == nil)
            try await subject.queue.shutdown()
        }
    }

    @Test("Behind an item that is cancelled, and hands its waiters on")
    func behindACancelledItem() async throws {
        try await withWatchdog {
            let subject = Subject(.flush, "cancel-handed-on")
            await subject.start()
            let works = (0..<3).map { _ in Work { _ in } }
            for work in works { subject.queue.enqueue(work) }
            let tasks = works.map { work in Task { await error { try await work.flush() } } }
            await subject.waitForWaiters(3)
            // From the last to the one before it, from the first to the run.
            #expect(works[2].cancel())
            #expect(works[0].cancel())
            for (index, left) in [(2, 2), (0, 1)] {
                tasks[index].cancel()
                #expect(await tasks[index].value == .interrupted)
                #expect(subject.waiters == left)
            }
            subject.letGo()
            #expect(await tasks[1].value == nil)
            try await subject.queue.shutdown()
        }
    }

    @Test("What was waited for ends at the same time: each task is resumed once, and told what has happened")
    func completionAgainstCancellation() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "cancel-hammer")
            let outcomes = Recorder<WorkqueueError?>()
            for round in 0..<500 {
                let ended = Counter()
                let works = (0..<3).map { _ in Work { _ in ended.add() } }
                for work in works { queue.enqueue(work) }
                let tasks = (0..<4).map { call in
                    Task {
                        await error {
                            switch call {
                            case 0: try await queue.flush()
                            case 1: try await works[1].flush()
                            case 2: try await queue.drain()
                            default: try await queue.flush(until: .now + .microseconds(round % 50))
                            }
                        }
                    }
                }
                for task in tasks.prefix(round % 4) { task.cancel() }
                for (index, task) in tasks.enumerated() {
                    let outcome = await task.value
                    if outcome == nil, index != 1 { #expect(ended.current == 3) }
                    outcomes.append(outcome)
                }
                #expect(queue.core.waiters == 0)
            }
            #expect(outcomes.count == 2000)
            try await queue.shutdown()
        }
    }

    @Test("shutdown against cancellation: the queue ends in any case, and once")
    func shutdownAgainstCancellation() async throws {
        try await withWatchdog {
            for round in 0..<200 {
                let queue = SingleThreadWorkqueue(name: "cancel-end")
                let runs = Counter()
                queue.enqueue(Work { _ in runs.add() })
                let tasks = (0..<3).map { _ in Task { await error { try await queue.shutdown() } } }
                for task in tasks.prefix(round % 4) { task.cancel() }
                for task in tasks where await task.value == nil { #expect(runs.current == 1) }
                try await queue.shutdown()
                #expect(runs.current == 1)
            }
        }
    }
}
