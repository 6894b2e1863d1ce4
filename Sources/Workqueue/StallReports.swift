// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// The queues whose stalls are reported, and the one thread that looks after them: there while there are any.
///
/// The corresponding kernel variable is `wq_watchdog_timer`.
final class StallReports: @unchecked Sendable {
    // @unchecked: the variables are guarded by `mutex`.

    static let shared = StallReports()

    /// Somebody who ends a report, and waits until the watcher has nothing to do with it any more.
    @safe
    final class End: @unchecked Sendable {
        // @unchecked: a continuation is resumed by who takes this out of the list.
        let parker = Parker()
        #if !hasFeature(Embedded)
            private let continuation: UnsafeContinuation<Void, Never>?

            init(_ continuation: UnsafeContinuation<Void, Never>) { unsafe self.continuation = unsafe continuation }

            init() { unsafe continuation = nil }
        #else
            init() {}
        #endif

        fileprivate func come() {
            #if !hasFeature(Embedded)
                if let continuation = unsafe continuation { return unsafe continuation.resume() }
            #endif
            parker.unpark()
        }
    }

    private let mutex = AdaptiveMutex(.stallReports)
    private var watches: [StallWatch] = []
    /// Nil: no thread is there.
    private var watcher: StallWatcher?
    private var round: UInt64 = 0
    /// What the watcher looks at, or reports, now.
    private var current: StallWatch?
    /// Who waits for the end of that.
    private var ends: [End] = []

    /// From here on stalls are reported, unless the queue has ended.
    func begin(_ watch: StallWatch) {
        list(watch)
        let core = watch.core
        let (isRefused, old) = core.withLock { () -> (Bool, StallWatch?) in
            // The worker ends the reports before it leaves, and in the section in which it leaves there are none.
            if core.phase == .ended { return (true, nil) }
            let old = core.stallWatch
            core.stallWatch = watch
            // What runs already has run for an unknown time: it counts from here, and the watcher is woken for it.
            if unsafe core.current != nil { watch.noteBeginning() }
            return (false, old)
        }
        if isRefused { unlist(watch) }
        if let old { unlist(old) }
    }

    /// Ends the report of a watch that was taken off its queue. True: its handler may be under way, and the end comes.
    func end(_ watch: StallWatch, _ end: End) -> Bool {
        // In the handler itself nobody waits for it.
        let mayWait = unsafe ExecutionContext.reportedQueue != watch.core.identity
        return unlist(watch, mayWait ? end : nil)
    }

    private func list(_ watch: StallWatch) {
        let new = mutex.withLock { () -> StallWatcher? in
            let new = watcher == nil ? StallWatcher() : nil
            watcher = watcher ?? new
            watch.watcher = watcher
            watch.round = round
            watches.append(watch)
            return new
        }
        // Not under the lock.
        new?.start()
    }

    /// Returns whether the end will come.
    @discardableResult
    private func unlist(_ watch: StallWatch, _ end: End? = nil) -> Bool {
        // Outside of the lock: with the watch goes the user's handler, and the last one lets the thread end.
        let (isAwaited, idle) = mutex.withLock { () -> (Bool, StallWatcher?) in
            watches.removeAll { $0 === watch }
            let isAwaited = end != nil && current === watch
            if let end, isAwaited { ends.append(end) }
            return (isAwaited, watches.isEmpty ? watcher : nil)
        }
        idle?.parker.unpark()
        return isAwaited
    }

    // MARK: The watcher

    /// A new look at all.
    func beginRound() { mutex.withLock { round += 1 } }

    enum Next {
        /// At `watchToLookAt`.
        case look
        case sleep
        /// No queue is watched: the thread ends, and the next watch starts another one.
        case end
    }

    func next() -> Next {
        mutex.withLock {
            if watches.isEmpty {
                watcher = nil
                return .end
            }
            guard let watch = watches.first(where: { $0.round != round }) else { return .sleep }
            watch.round = round
            current = watch
            return .look
        }
    }

    /// Only the watcher changes it.
    var watchToLookAt: StallWatch? { current }

    /// The watcher has nothing more to do with what it has looked at.
    func finishLook() {
        let (watch, ends) = mutex.withLock {
            defer { self.ends = [] }
            return (current.take(), self.ends)
        }
        // First the reference, with which the handler may go, then who has ended the report.
        _ = consume watch
        for end in ends { end.come() }
    }
}
