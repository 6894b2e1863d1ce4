// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// The calls that a task can await.
enum Twin: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case flushOfWork, flushOfDelayedWork, cancelAndWait, cancelAndWaitOfDelayedWork, flush, drain, shutdown

    var testDescription: String { rawValue }

    /// Whether it takes the item off its queue.
    var cancels: Bool { self == .cancelAndWait || self == .cancelAndWaitOfDelayedWork }
    var isOfDelayedWork: Bool { self == .flushOfDelayedWork || self == .cancelAndWaitOfDelayedWork }
}

/// A queue and the items that a twin waits for, whose function stands at a gate.
final class Subject: Sendable {
    let twin: Twin
    let queue: SingleThreadWorkqueue
    let work: Work
    let delayed: DelayedWork
    /// How many functions have ended.
    let ended = Counter()
    private let entered = Gate("the function runs")
    private let leave = Gate("the function may end")

    init(_ twin: Twin, _ name: String) {
        self.twin = twin
        queue = SingleThreadWorkqueue(name: name)
        work = Work { [entered, leave, ended] _ in
            entered.open()
            leave.wait()
            ended.add()
        }
        delayed = DelayedWork { [entered, leave, ended] _ in
            entered.open()
            leave.wait()
            ended.add()
        }
    }

    @discardableResult
    func enqueue() -> EnqueueResult { twin.isOfDelayedWork ? queue.enqueue(delayed, after: .zero) : queue.enqueue(work) }

    /// Queues the item, and returns when its function stands at the gate.
    func start() async {
        enqueue()
        await waitUntil("the function runs") { entered.isOpen }
    }

    func letGo() { leave.open() }

    func call() async throws(WorkqueueError) {
        switch twin {
        case .flushOfWork: try await work.flush()
        case .flushOfDelayedWork: try await delayed.flush()
        case .cancelAndWait: try await work.cancelAndWait()
        case .cancelAndWaitOfDelayedWork: try await delayed.cancelAndWait()
        case .flush: try await queue.flush()
        case .drain: try await queue.drain()
        case .shutdown: try await queue.shutdown()
        }
    }

    func call<C: Clock>(until deadline: C.Instant, clock: C) async throws(WorkqueueError) {
        switch twin {
        case .flushOfWork: try await work.flush(until: deadline, clock: clock)
        case .flushOfDelayedWork: try await delayed.flush(until: deadline, clock: clock)
        case .cancelAndWait: try await work.cancelAndWait(until: deadline, clock: clock)
        case .cancelAndWaitOfDelayedWork: try await delayed.cancelAndWait(until: deadline, clock: clock)
        case .flush: try await queue.flush(until: deadline, clock: clock)
        case .drain: try await queue.drain(until: deadline, clock: clock)
        case .shutdown: try await queue.shutdown(until: deadline, clock: clock)
        }
    }

    /// A task that makes the call, and returns what it threw.
    func startCall() -> Task<WorkqueueError?, Never> {
        Task { await error { try await self.call() } }
    }

    func startCall<C: Clock>(until deadline: C.Instant, clock: C) -> Task<WorkqueueError?, Never> {
        Task { await error { try await self.call(until: deadline, clock: clock) } }
    }

    var waiters: Int { queue.core.waiters }

    func waitForWaiters(_ count: Int) async { await waitUntil("\(count) tasks wait in \(twin)") { waiters == count } }

    /// What a call has done that threw, while the function stood at the gate.
    func checkAfterThrow(sourceLocation: SourceLocation = #_sourceLocation) async {
        #expect(waiters == 0, "a barrier was left behind", sourceLocation: sourceLocation)
        #expect(ended.current == 0, sourceLocation: sourceLocation)
        #expect(!work.isPending && !delayed.isPending, sourceLocation: sourceLocation)
        if twin == .shutdown {
            #expect(enqueue() == .refused, sourceLocation: sourceLocation)
            let again = startCall()
            await waitForWaiters(1)
            letGo()
            #expect(await again.value == nil, sourceLocation: sourceLocation)
            #expect(ended.current == 1, sourceLocation: sourceLocation)
        } else {
            // Not refused, and run: after a drain, too, and a cancel.
            #expect(enqueue() == .queued, sourceLocation: sourceLocation)
            letGo()
            #expect(await error { try await self.queue.shutdown() } == nil, sourceLocation: sourceLocation)
            #expect(ended.current == 2, sourceLocation: sourceLocation)
        }
    }
}

/// What the body threw.
func error(_ body: () async throws -> Void) async -> WorkqueueError? {
    do {
        try await body()
        return nil
    } catch {
        #expect(error is WorkqueueError)
        return error as? WorkqueueError
    }
}
