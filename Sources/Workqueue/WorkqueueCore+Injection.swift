// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

// What a set of irqfds asks of the queue through which it injects.
extension WorkqueueCore {
    /// From now on the queue may not be shut down or drained.
    package func beginInjecting(for set: UInt64) {
        let isClosed = mutex.withLock {
            injectsFor.append(set)
            return phase != .open || drains != 0
        }
        if isClosed {
            misuse(
                "IrqfdSet \(set) was given the injection queue \"\(name)\", which is shut down or being drained; make the set before the queue's end"
            )
        }
    }

    package func endInjecting(for set: UInt64) {
        mutex.withLock { injectsFor.removeAll { $0 == set } }
    }

    /// The queue whose worker this thread is, if it injects for any live set, or is `other`.
    package static func workerThatMustNotWait(for other: WorkqueueCore?) -> WorkqueueCore? {
        guard let worker = unsafe ExecutionContext.worker else { return nil }
        // The worker's thread holds its core.
        let core = unsafe Unmanaged<WorkqueueCore>.fromOpaque(worker).takeUnretainedValue()
        if core === other { return core }
        return core.mutex.withLock { core.injectsFor.isEmpty } ? nil : core
    }

    /// Closes the queue and lets its thread end by itself, without waiting. False: it was closed before.
    @discardableResult
    package func retire() -> Bool {
        if !close() { return false }
        thread?.detach()
        return true
    }
}
