// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension WorkqueueCore {
    static func checkNotOwnFunction(_ node: WorkNode.Pointer, _ call: StaticString) {
        guard let worker = unsafe ExecutionContext.worker, unsafe ExecutionContext.currentWork == UnsafeMutableRawPointer(node) else {
            return
        }
        let name = unsafe Unmanaged<WorkqueueCore>.fromOpaque(worker).takeUnretainedValue().name
        misuse(
            "\(call) of a work was called from its own function on the queue \"\(name)\", which would wait for itself; "
                + "use cancel() there, or let another thread wait"
        )
    }
}

#if !hasFeature(Embedded)
    // Each of them has done what it does without waiting when it suspends, and leaves nothing behind when its wait is cut short.
    extension WorkqueueCore {
        static nonisolated(nonsending) func flush(_ node: WorkNode.Pointer, until deadline: TaskDeadline?) async throws(WorkqueueError)
            -> Bool
        {
            var hasWaited = false
            var rest: Instance?
            repeat {
                let instance = rest
                rest = nil
                let waits = unsafe try await TaskBarrier.suspend(until: deadline) {
                    unsafe attach($0, to: node, only: instance, fromThread: false, rest: &rest)
                }
                if waits { hasWaited = true }
            } while rest != nil
            return hasWaited
        }

        static nonisolated(nonsending) func cancelAndWait(
            _ node: WorkNode.Pointer,
            until deadline: TaskDeadline?
        ) async throws(WorkqueueError) -> Bool {
            let wasPending = unsafe beginCancelling(node)
            // Also when it throws: an item must not be refused for ever.
            defer { unsafe endCancelling(node) }
            _ = unsafe try await TaskBarrier.suspend(until: deadline) { barrier in unsafe attachToRun(of: node, barrier) }
            return wasPending
        }

        package nonisolated(nonsending) func flush(until deadline: TaskDeadline?) async throws(WorkqueueError) {
            _ = unsafe try await TaskBarrier.suspend(until: deadline) { barrier in unsafe attachBehindAll(barrier) }
        }

        nonisolated(nonsending) func drain(until deadline: TaskDeadline?) async throws(WorkqueueError) {
            beginDraining()
            defer { endDraining() }
            while unsafe try await TaskBarrier.suspend(until: deadline, attach: { unsafe attachBehindAll($0) }) {}
        }

        /// Nobody joins the thread, which would keep one of the pool's: the worker's last act lets us go.
        package nonisolated(nonsending) func shutdown(until deadline: TaskDeadline?) async throws(WorkqueueError) {
            retire()
            _ = unsafe try await TaskBarrier.suspend(until: deadline) { barrier in unsafe attachToEnd(barrier) }
        }
    }
#endif
