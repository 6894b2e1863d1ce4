// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("foreign code is put off until no wait queue is locked")
struct PutOffTests {
    /// Uses the queue when it goes: under the queue's lock that would be misuse.
    private final class Witness: Sendable {
        let head: WaitQueueHead
        let gone: Recorder<Bool>

        init(_ head: WaitQueueHead, _ gone: Recorder<Bool>) {
            self.head = head
            self.gone = gone
        }

        deinit { gone.append(head.hasWaiters) }
    }

    @Test("a work cancelled in a wake function is let go of when the lock is gone")
    func cancelInAWakeFunction() async {
        await #expect(processExitsWith: .success) {
            let head = WaitQueueHead()
            let gone = Recorder<Bool>()
            let queue = SingleThreadWorkqueue(name: "put-off")
            let armed = Guarded<DelayedWork?>(DelayedWork { [witness = Witness(head, gone)] _ in _ = witness })
            queue.enqueue(armed.current!, after: .seconds(3600))
            let entry = WaitQueueEntry { _, _, _ in
                // Ours goes at the end of this function, the queue's when the lock is gone: the last one.
                let work = armed.withLock { $0.take() }
                precondition(work?.cancel() == true)
                return .woken
            }
            head.add(entry)
            head.wake()
            precondition(gone.count == 1)
            head.remove(entry)
            try await queue.shutdown()
        }
    }

    @Test("a task that is cancelled inside a wake function is resumed when the lock is gone")
    func cancelInsideAWakeFunction() async {
        await #expect(processExitsWith: .success) {
            let head = WaitQueueHead()
            let queue = SingleThreadWorkqueue(name: "put-off-task")
            let mayEnd = Gate("the work may end")
            queue.enqueue(Work { _ in mayEnd.wait() })
            let task = Task {
                do { try await queue.flush() } catch { return error as? WorkqueueError == .interrupted }
                return false
            }
            await waitUntil("the task waits") { queue.core.waiters == 1 }
            let entry = WaitQueueEntry { _, _, _ in
                task.cancel()
                return .woken
            }
            head.add(entry)
            head.wake()
            let isInterrupted = await task.value
            precondition(isInterrupted)
            head.remove(entry)
            mayEnd.open()
            try await queue.shutdown()
        }
    }
}
