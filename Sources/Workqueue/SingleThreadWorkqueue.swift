// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A queue of work with one thread of its own: items run in the order in which they were queued, one at a time.
///
/// Call ``shutdown()-68tz5`` when it is no longer needed. A queue that is dropped without it runs what is queued and ends its
/// thread by itself; debug builds say so, by name.
///
/// The corresponding kernel structure is `struct workqueue_struct`.
public final class SingleThreadWorkqueue: Sendable {
    package let core: WorkqueueCore

    /// Makes a queue and starts its thread.
    ///
    /// The corresponding kernel macro is `create_singlethread_workqueue`.
    ///
    /// - Parameter name: The name of the queue in reports, and of its thread, cut at 15 bytes.
    public convenience init(name: String) { self.init(name: name, isSystem: false) }

    private init(name: String, isSystem: Bool) {
        core = WorkqueueCore(name: name, isSystem: isSystem)
        core.start()
    }

    deinit {
        // Never blocks: this may be the worker. The thread keeps the core until everything has run.
        if core.retire() {
            advise("the queue \"\(core.name)\" was dropped without shutdown(); it runs what is queued and then ends by itself")
        }
    }

    /// The queue that everybody shares. It cannot be shut down or drained.
    ///
    /// Items of unknown others run before and behind yours: an item that blocks delays all of them, and one that takes a
    /// lock of its own may deadlock with them. (The kernel's has many threads.)
    ///
    /// The corresponding kernel variable is `system_wq`.
    public static let system = SingleThreadWorkqueue(name: "events", isSystem: true)

    /// The name that the queue was given.
    public var name: String { core.name }

    /// Queues an item behind all others.
    ///
    /// An item that still runs on another queue runs here when it has ended there; this queue waits for that.
    ///
    /// The corresponding kernel functions are `queue_work` and, on ``system``, `schedule_work`.
    ///
    /// - Important: Context: takes the item's and the queue's lock; does not sleep, allocates nothing, never runs the item in the calling thread. May be called
    ///   inside a wake function.
    /// - Complexity: O(1)
    @discardableResult
    public func enqueue(_ work: Work) -> EnqueueResult { unsafe core.enqueue(work.node) }

    /// Queues an item when the delay is over; at once, if it is not positive.
    ///
    /// The corresponding kernel function is `queue_delayed_work`.
    ///
    /// - Important: Context: as ``enqueue(_:)-6xiz``.
    /// - Parameters:
    ///   - work: An item that is not pending; one that is stays as it is.
    ///   - delay: On the monotonic clock.
    /// - Complexity: O(1)
    @discardableResult
    public func enqueue(_ work: DelayedWork, after delay: Duration) -> EnqueueResult {
        unsafe core.enqueue(work.node, at: delay > .zero ? Deadline(after: delay) : nil)
    }

    /// Waits until everything that was queued before the call has run.
    ///
    /// What is queued during the call does not prolong it. Timers that have not fired are not waited for. A queue that is
    /// idle, or shut down, returns at once.
    ///
    /// The corresponding kernel function is `flush_workqueue`.
    ///
    /// - Important: Context: blocks the calling thread. Misuse inside a wake function, and on this queue's own worker. Hold no lock that an item takes.
    @available(*, noasync, message: "blocks the thread; await the async flush() instead")
    public func flush() {
        checkMayWait("SingleThreadWorkqueue.flush()", "flush()")
        core.flush()
    }

    /// Waits until the queue is empty and idle; meanwhile only what its own items chain is accepted, the rest is refused.
    ///
    /// The corresponding kernel function is `drain_workqueue`.
    ///
    /// - Important: Context: blocks the calling thread, for as long as items chain others. Misuse inside a wake function, on this queue's own worker,
    ///   for ``system``, and for a queue that injects for a live set.
    @available(*, noasync, message: "blocks the thread; await the async drain() instead")
    public func drain() {
        checkMayWait("SingleThreadWorkqueue.drain()", "drain()")
        refuseForSystem("drained")
        core.drain()
    }

    /// Runs what is queued, what its items chain included, and ends the thread.
    ///
    /// From the moment of the call, an enqueue is refused, but for what the queue's own items chain without a delay. A timer that has not
    /// fired is neither waited for nor run: its item is let go. Calling this again, also at the same time, waits for the same end.
    ///
    /// The corresponding kernel function is `destroy_workqueue`.
    ///
    /// - Important: Context: blocks the calling thread. Misuse inside a wake function, on this queue's own worker, for ``system``, and for a queue that
    ///   injects for a live set.
    @available(*, noasync, message: "blocks the thread; await the async shutdown() instead")
    public func shutdown() {
        checkMayWait("SingleThreadWorkqueue.shutdown()", "shutdown()")
        refuseForSystem("shut down")
        core.refuseInStallHandler("shutdown()")
        if core.close() {
            core.join()
        } else {
            _ = unsafe FlushBarrier.wait("a queue to be shut down") { barrier in unsafe core.attachToEnd(barrier) }
        }
    }

    private func checkMayWait(_ call: StaticString, _ short: StaticString) {
        ExecutionContext.mightSleep(call)
        if core.isOwnWorker {
            misuse(
                "\(short) of the queue \"\(core.name)\" was called from its own worker, which would wait for itself; "
                    + "enqueue a work on another queue that makes the call"
            )
        }
    }

    func refuseForSystem(_ done: StaticString) {
        if core.isSystem { misuse("the system queue cannot be \(done): others use it; make a queue of your own for what must end") }
    }
}
