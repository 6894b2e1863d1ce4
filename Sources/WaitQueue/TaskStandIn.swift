// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// A thread that waits as a task does, for an explorer: the threads of the pool are not under its control.
    ///
    /// It parks where a task is suspended, and does the rest with the task's own operations.
    package final class TaskStandIn: Sendable {
        private let head: WaitQueueHead
        private let waiter: TaskWaiter

        package init(on head: WaitQueueHead, exclusive: Bool) {
            self.head = head
            waiter = TaskWaiter(at: exclusive ? .exclusive : .plain)
        }

        /// As `WaitQueueHead.wait(as:until:)`: nil, the condition was seen to hold.
        package func wait(until condition: () -> Bool) -> WaitQueueError? {
            if condition() { return nil }
            while true {
                let holds = head.queue(waiter, unless: condition)
                waiter.parker.park("whoever takes the waiter off its queue")
                if holds || condition() { return nil }
                if let error = head.ending(of: waiter) { return error }
            }
        }

        /// As a canceller or a timer does.
        package func end(with error: WaitQueueError) { head.end(waiter, with: error) }
    }
#endif
