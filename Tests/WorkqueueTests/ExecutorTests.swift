// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// An actor that lives on a queue.
private actor Tenant {
    nonisolated let queue: SingleThreadWorkqueue
    private var calls: [String] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    init(on queue: SingleThreadWorkqueue) { self.queue = queue }

    func call(_ name: String = "") -> [String] {
        calls.append(name)
        return [currentThreadName()]
    }

    func threadsAroundASuspension() async -> [String] {
        let before = currentThreadName()
        await Task.yield()
        return [before, currentThreadName()]
    }

    var isIsolating: Bool? { queue.isIsolatingCurrentContext() }

    /// From a function that is not isolated: what is asked is the thread.
    nonisolated func callAssumingIsolation(_ name: String) { assumeIsolated { $0.calls.append(name) } }

    var all: [String] { calls }
}

@Suite("A queue as an executor")
struct ExecutorTests {
    @Test("An actor's methods run on the queue's thread, before and after they suspend")
    func actorsThread() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-actor")
            let tenant = Tenant(on: queue)
            #expect(await tenant.call() == ["exec-actor"])
            #expect(await tenant.threadsAroundASuspension() == ["exec-actor", "exec-actor"])
            #expect(await tenant.isIsolating == true)
            #expect(queue.isIsolatingCurrentContext() == false)
            try await queue.shutdown()
        }
    }

    @Test("The function of a work may assume that it is isolated to the actors of its queue")
    func assumeIsolatedInAWork() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-assume")
            let tenant = Tenant(on: queue)
            let work = Work { _ in tenant.callAssumingIsolation("work") }
            queue.enqueue(work)
            try await work.flush()
            #expect(await tenant.all == ["work"])
            try await queue.shutdown()
        }
    }

    @Test("Works and jobs run in the order in which they were queued")
    func order() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-order")
            let order = Recorder<Int>()
            let entered = Gate("the worker stands")
            let leave = Gate("the worker may go on")
            queue.enqueue(
                Work { _ in
                    entered.open()
                    leave.wait()
                }
            )
            await waitUntil("the worker stands") { entered.isOpen }
            var tasks: [Task<Void, Never>] = []
            for number in 0..<20 {
                if number % 2 == 0 {
                    queue.enqueue(Work { _ in order.append(number) })
                } else {
                    // Its first job is queued by the initialiser, in this thread.
                    tasks.append(Task(executorPreference: queue) { order.append(number) })
                }
            }
            leave.open()
            for task in tasks { await task.value }
            try await queue.flush()
            #expect(order.all == Array(0..<20))
            try await queue.shutdown()
        }
    }

    @Test("flush() waits for the jobs that were queued before it")
    func flushWaitsForJobs() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-flush")
            let tenant = Tenant(on: queue)
            let entered = Gate("the job runs")
            let leave = Gate("the job may end")
            let ended = Unguarded(false)
            let task = Task {
                await tenant.perform {
                    entered.open()
                    leave.wait()
                    ended.value = true
                }
            }
            await waitUntil("the job runs") { entered.isOpen }
            let flush = Task {
                try await queue.flush()
                return ended.value
            }
            await waitUntil("the flush waits") { queue.core.waiters == 1 }
            leave.open()
            #expect(try await flush.value)
            await task.value
            try await queue.shutdown()
        }
    }

    @Test("A task that prefers the queue runs there, and so do its children")
    func taskExecutorPreference() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-task")
            let names = await withTaskExecutorPreference(queue) {
                let before = currentThreadName()
                await Task.yield()
                async let child = threadOfAChild()
                return [before, currentThreadName(), await child]
            }
            #expect(names == ["exec-task", "exec-task", "exec-task"])
            let task = Task(executorPreference: queue) { currentThreadName() }
            #expect(await task.value == "exec-task")
            try await queue.shutdown()
        }
    }

    @Test("A job that a job queues runs")
    func jobFromAJob() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-chain")
            let (one, other) = (Tenant(on: queue), Tenant(on: queue))
            let names = Recorder<String>()
            let inner = Guarded<Task<Void, Never>?>(nil)
            let outer = Task {
                await one.perform { inner.withLock { $0 = Task { await other.perform { names.append(currentThreadName()) } } } }
            }
            await outer.value
            await inner.current?.value
            #expect(names.all == ["exec-chain"])
            try await queue.shutdown()
        }
    }

    @Test("A job that comes while the queue is being shut down, or drained, runs: its task would hang", arguments: [false, true])
    func jobsDuringTheEnd(drains: Bool) async throws {
        try await withWatchdog {
            let subject = Subject(drains ? .drain : .shutdown, "exec-end")
            let tenant = Tenant(on: subject.queue)
            await subject.start()
            let ending = subject.startCall()
            await subject.waitForWaiters(1)
            #expect(subject.queue.enqueue(Work { _ in }) == .refused)
            let job = Task(executorPreference: subject.queue) { tenant.callAssumingIsolation("job") }
            subject.letGo()
            #expect(await ending.value == nil)
            await job.value
            if drains {
                #expect(await tenant.all == ["job"])
                try await subject.queue.shutdown()
            }
        }
    }

    @Test("Jobs in progress keep the queue")
    func jobsKeepTheQueue() async throws {
        let gone: @Sendable () -> Bool = await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "exec-kept")
            weak let weakly = queue
            await Task(executorPreference: queue) { await Task.yield() }.value
            return { weakly == nil }
        }
        await withWatchdog { await waitUntil("the queue is gone") { gone() } }
    }

    @Test("a job of an actor or a task came to the queue \"NAME\" after its end")
    func jobAfterTheEnd() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let queue = SingleThreadWorkqueue(name: "exec-ended")
            let tenant = Tenant(on: queue)
            try await queue.shutdown()
            _ = await tenant.call()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("a job of an actor or a task came to the queue \"exec-ended\" after its end"))
        #expect(sentence.contains("and then shutdown()"))
    }

    @Test("what is isolated to an actor on the queue \"NAME\" was called from another thread")
    func wrongThread() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let queue = SingleThreadWorkqueue(name: "exec-elsewhere")
            queue.checkIsolated()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("isolated to an actor on the queue \"exec-elsewhere\""))
    }
}

private func threadOfAChild() async -> String { currentThreadName() }

extension Tenant {
    fileprivate func perform(_ body: @Sendable () -> Void) { body() }
}
