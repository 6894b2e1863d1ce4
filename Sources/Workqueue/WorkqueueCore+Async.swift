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
    extension WorkqueueCore {
        static nonisolated(nonsending) func flush(_ node: WorkNode.Pointer) async -> Bool {
            var hasWaited = false
            var rest: Instance?
            repeat {
                let instance = rest
                rest = nil
                let waits = unsafe await FlushBarrier.suspend {
                    unsafe attach($0, to: node, only: instance, fromThread: false, rest: &rest)
                }
                if waits { hasWaited = true }
            } while rest != nil
            return hasWaited
        }

        static nonisolated(nonsending) func cancelAndWait(_ node: WorkNode.Pointer) async -> Bool {
            let wasPending = unsafe beginCancelling(node)
            _ = unsafe await FlushBarrier.suspend { barrier in unsafe attachToRun(of: node, barrier) }
            unsafe endCancelling(node)
            return wasPending
        }

        nonisolated(nonsending) func flush() async {
            _ = unsafe await FlushBarrier.suspend { barrier in unsafe attachBehindAll(barrier) }
        }

        nonisolated(nonsending) func drain() async {
            beginDraining()
            while unsafe await FlushBarrier.suspend(attach: { unsafe attachBehindAll($0) }) {}
            endDraining()
        }

        nonisolated(nonsending) func shutdown() async {
            if close() {
                _ = unsafe await FlushBarrier.suspend { barrier in unsafe attachToExit(barrier) }
                // The worker has left its loop: what is left to wait for is the end of a thread that does nothing more.
                join()
            } else {
                _ = unsafe await FlushBarrier.suspend { barrier in unsafe attachToEnd(barrier) }
            }
        }
    }
#endif
