// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import Workqueue

/// The queue on which all irqfds of the process part from their eventfds: one thread, isolated, there while a set needs it.
///
/// A shutdown waits for an inject: on the queue of the injects it would wait for itself.
///
/// The corresponding kernel variable is `irqfd_cleanup_wq`.
final class CleanupQueue: @unchecked Sendable {
    // @unchecked: the variables are guarded by `mutex`.

    private static let shared = CleanupQueue()

    private let mutex = AdaptiveMutex(.cleanupRegistry)
    private var queue: SingleThreadWorkqueue?
    private var users = 0

    /// The queue, if there is one at this moment.
    static var current: SingleThreadWorkqueue? { shared.mutex.withLock { shared.queue } }

    /// One more set needs the queue, which is made if there is none.
    ///
    /// The corresponding kernel function is `irqfd_module_init`.
    static func enter() -> SingleThreadWorkqueue { shared.enter() }

    /// A set needs the queue no longer. The one that ends the last set gets the queue, to end it without the lock.
    ///
    /// The corresponding kernel function is `irqfd_module_exit`.
    static func leave() -> SingleThreadWorkqueue? { shared.leave() }

    private func enter() -> SingleThreadWorkqueue {
        if let queue = join(orInstall: nil) { return queue }
        // A thread is started here: not under the lock.
        let new = SingleThreadWorkqueue(name: "kvm-irqfd-cleanup")
        let queue = join(orInstall: new)!
        if queue !== new { new.core.retire() }
        return queue
    }

    private func join(orInstall new: SingleThreadWorkqueue?) -> SingleThreadWorkqueue? {
        mutex.withLock {
            if queue == nil { queue = new }
            if queue != nil { users += 1 }
            return queue
        }
    }

    private func leave() -> SingleThreadWorkqueue? {
        mutex.withLock {
            users -= 1
            if users > 0 { return nil }
            // Somebody who enters from here on makes a new one.
            let last = queue
            queue = nil
            return last
        }
    }
}
