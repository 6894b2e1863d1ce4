// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives
    internal import WaitQueue
    internal import Workqueue

    extension IrqfdSetCore {
        /// When it throws, the set is released, and the irqfds are on their way; another release waits for them, and lets the controller go.
        nonisolated(nonsending) func release(until deadline: TaskDeadline?) async throws(IrqfdError) {
            deactivateAll()
            try await awaitAssigns(until: deadline)
            try await flushCleanupQueue(until: deadline)
            guard let queue = letGo() else { return }
            // What is promised holds already. The queue is empty and closed, and its thread ends by itself, if we stop waiting for that.
            do throws(WorkqueueError) { try await queue.core.shutdown(until: deadline) } catch {}
        }

        nonisolated(nonsending) func flushCleanupQueue(until deadline: TaskDeadline?) async throws(IrqfdError) {
            do throws(WorkqueueError) { try await queueToFlush?.core.flush(until: deadline) } catch { throw IrqfdError(error) }
        }

        /// Seldom there are any. A task of its own waits for them, which the deadline can cancel as well.
        private nonisolated(nonsending) func awaitAssigns(until deadline: TaskDeadline?) async throws(IrqfdError) {
            if hasNoAssignsInProgress { return }
            let waiting = Task { [self] in try? await assignsDone.waitInterruptibly { hasNoAssignsInProgress } }
            let timer = deadline.map { deadline in Task { if await deadline.sleep() { waiting.cancel() } } }
            await withTaskCancellationHandler {
                await waiting.value
            } onCancel: {
                waiting.cancel()
            }
            timer?.cancel()
            if hasNoAssignsInProgress { return }
            throw Task.isCancelled ? .interrupted : .timedOut
        }
    }
#endif
