// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension SingleThreadWorkqueue {
    /// Calls a handler when an item of this queue has been running for longer than a limit, once for each such run.
    ///
    /// Of an item that runs already, the time counts from this call. There is one limit and one handler for a queue: calling this again replaces
    /// both, and a call of the old handler that is under way goes on. The report ends with `stopReportingStalls()`, and by itself when the
    /// queue's worker leaves.
    ///
    /// While it lasts, the worker reads the clock at the beginning of each run. One thread looks after all queues that are watched; it is there while
    /// there are any, and sleeps as long as none of them has anything to do.
    ///
    /// The corresponding kernel facility is the workqueue watchdog, with `workqueue.watchdog_thresh`, for each queue by itself.
    ///
    /// - Important: Context: takes the queue's locks; may start a thread; does not sleep. Misuse inside a wake function. Has no effect on a queue that has
    ///   ended.
    /// - Parameters:
    ///   - limit: On the monotonic clock. One that is not positive is misuse.
    ///   - handler: Called on that one thread, without any lock. While it lasts no other stall is reported, so it should not block; to shut this
    ///     queue down there is misuse. It must not hold the queue: `WorkqueueStall` has its name.
    public func reportStalls(longerThan limit: Duration, to handler: @escaping @Sendable (WorkqueueStall) -> Void) {
        ExecutionContext.mightSleep("SingleThreadWorkqueue.reportStalls(longerThan:to:)")
        if limit <= .zero {
            misuse(
                "reportStalls(longerThan:to:) of the queue \"\(name)\" was given a limit that is not positive; every run takes some time: "
                    + "give it the longest that a run may take"
            )
        }
        StallReports.shared.begin(StallWatch(of: core, limit: limit, handler))
    }

    /// Ends the report of stalls: when this returns, the handler is not being called and will not be.
    ///
    /// In the handler itself it returns at once: that call is the last one. Without a report nothing happens. A ``shutdown()-68tz5`` gives the same guarantee.
    ///
    /// There is no corresponding kernel function.
    ///
    /// - Important: Context: blocks the calling thread while the handler is being called. Misuse inside a wake function. Hold no lock that the handler takes.
    @available(*, noasync, message: "may block the thread; await the async stopReportingStalls() instead")
    public func stopReportingStalls() {
        ExecutionContext.mightSleep("SingleThreadWorkqueue.stopReportingStalls()")
        core.endReportingStalls()
    }

    #if !hasFeature(Embedded)
        /// Ends the report of stalls: when this returns, the handler is not being called and will not be.
        ///
        /// There is no corresponding kernel function.
        ///
        /// - Important: Context: suspends while the handler is being called; blocks no thread. Does not end early when the task is cancelled.
        public nonisolated(nonsending) func stopReportingStalls() async { await core.endReportingStalls() }
    #endif
}

extension WorkqueueCore {
    /// The end of the queue is not waited for in a handler of its own: the worker waits for that.
    func refuseInStallHandler(_ call: StaticString) {
        if unsafe ExecutionContext.reportedQueue != identity { return }
        misuse(
            "\(call) of the queue \"\(name)\" was called in the handler that is told of a stall of this queue, for which it would wait; "
                + "let another thread make the call"
        )
    }

    func endReportingStalls() {
        guard let watch = takeStallWatch() else { return }
        let wait = StallReports.End()
        if StallReports.shared.end(watch, wait) { wait.parker.park("the handler of a stall to return") }
    }

    #if !hasFeature(Embedded)
        nonisolated(nonsending) func endReportingStalls() async {
            guard let watch = takeStallWatch() else { return }
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let wait = unsafe StallReports.End(continuation)
                if !StallReports.shared.end(watch, wait) { unsafe continuation.resume() }
            }
        }
    #endif

    private func takeStallWatch() -> StallWatch? { withLock { stallWatch.take() } }

    /// Under the batch's lock, by the worker of a queue that is watched.
    @inline(never)
    func noteBeginning() { stallWatch?.noteBeginning() }
}
