// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("where tasks are resumed")
struct ResumptionTests {
    // The executor uses the head when a job is given to it. If a continuation were resumed with the head's lock held, that
    // would be reported, and end the process: so this one has a process of its own.
    @Test("no continuation is resumed while the lock is held")
    func resumedUnlocked() async {
        await #expect(processExitsWith: .success) { await waitOnNosyExecutor() }
    }
}

private func waitOnNosyExecutor() async {
    await withWatchdog {
        let head = WaitQueueHead()
        let executor = NosyExecutor(head)
        let waiter = Waiter(head, on: executor)
        for round in 1...20 {
            let task = Task { await waiter.wait(for: round) }
            await waitUntil("the task is queued") { head.hasWaiters }
            waiter.round.withLock { $0 = round }
            switch round % 4 {
            case 0: head.wake()
            case 1: head.wakeAll(.input)
            case 2: head.withLock { locked in _ = locked.wake(.input) }
            default: head.withLock { locked in _ = locked.wakeAll() }
            }
            await task.value
        }
        let cancelled = Task { await waiter.waitUntilCancelled() }
        await waitUntil("the task is queued") { head.hasWaiters }
        cancelled.cancel()
        #expect(await cancelled.value)
        executor.stop()
    }
}

private actor Waiter {
    nonisolated let round = Guarded(0)
    private let head: WaitQueueHead
    private let executor: NosyExecutor

    init(_ head: WaitQueueHead, on executor: NosyExecutor) {
        self.head = head
        self.executor = executor
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func wait(for number: Int) async { await head.wait(until: { round.current >= number }) }

    func waitUntilCancelled() async -> Bool {
        do {
            try await head.waitInterruptibly(until: { false })
            return false
        } catch {
            return true
        }
    }
}

/// Runs its jobs on a thread of its own, and looks at the head whenever it is given one.
private final class NosyExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isOver = false
    }

    private let head: WaitQueueHead
    private let state = Guarded(State())

    init(_ head: WaitQueueHead) {
        self.head = head
        let thread = TestThread("executor") { [state, unowned self] in
            while let job = state.wait(for: { $0.jobs.isEmpty ? ($0.isOver ? .some(nil) : nil) : .some($0.jobs.removeFirst()) }) {
                unsafe job.runSynchronously(on: asUnownedSerialExecutor())
            }
        }
        _ = thread
    }

    func enqueue(_ job: consuming ExecutorJob) {
        _ = head.hasWaiters
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    func stop() { state.withLock { $0.isOver = true } }
}
