// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import Synchronization

extension WorkqueueCore {
    /// What the worker does next.
    @unsafe
    private enum Step {
        case run(WorkNode.Pointer, WorkNode.Function, UnsafeMutableRawPointer, WorkNode.Life)
        /// The item at the front of the batch may still run on another queue.
        case wait(WorkNode.Pointer, listing: UInt64, WorkqueueCore)
        case none
    }

    /// Returns who waits for the worker's end.
    ///
    /// The corresponding kernel function is `worker_thread`.
    func work() -> FlushBarrier.Pointer? {
        unsafe ExecutionContext.worker = unsafe identity
        mutex.lock()
        while true {
            payAttention()
            promoteExpiredTimers()
            if unsafe first != nil {
                runAll()
            } else if phase != .open, unsafe timers.first == nil {
                // Not before the last timer was let go: a flush may still list its item. Nor before the last report of a stall has been
                // made: after the end no handler is called.
                if stallWatch == nil { break }
                mutex.unlock()
                endReportingStalls()
                mutex.lock()
            } else {
                waitForWork()
            }
        }
        // In the section in which nothing was found: what comes from here on is refused.
        phase = .ended
        let waiting = endBarriers
        endBarriers = nil
        unsafe FlushBarrier.takenOff(waiting)
        Trace.note("the worker leaves", self)
        mutex.unlock()
        unsafe ExecutionContext.worker = nil
        return unsafe waiting
    }

    /// Takes all that came in, and runs it. Entered and left with `mutex` held.
    private func runAll() {
        batchFirst = first
        batchLast = last
        first = nil
        last = nil
        batchSize = 0
        mutex.unlock()
        // Under the batch's lock, and not the queue's: the items are far from this processor, and who enqueues the next ones goes on.
        batchMutex.lock()
        var step = unsafe nextStep()
        batchMutex.unlock()
        while true {
            switch unsafe step {
            case .run(let node, let function, let context, let life): unsafe run(node, function, context, life)
            case .wait(let node, let listing, let other): unsafe waitForRun(of: node, listing, on: other)
            case .none:
                adaptInterval()
                mutex.lock()
                return
            }
            batchMutex.lock()
            let waiting = currentBarriers
            currentBarriers = nil
            unsafe FlushBarrier.takenOff(waiting)
            current = nil
            if unsafe waiting != nil { Trace.note("wake who waits on", self) }
            unsafe step = unsafe nextStep()
            batchMutex.unlock()
            hasWoken = unsafe FlushBarrier.complete(waiting)
        }
    }

    private func nextStep() -> Step {
        if let node = batchFirst, let other = unsafe node.pointee.elsewhere {
            return unsafe .wait(node, listing: node.pointee.listing, other.takeUnretainedValue())
        }
        guard let node = unsafe beginNext() else { return unsafe .none }
        let (function, context, life) = unsafe (node.pointee.function, node.pointee.context, node.pointee.life)
        // Before the pending bit goes, so that nobody finds both clear. (What may be gone when it runs carries no such mark.)
        if life != .untilItRuns { unsafe node.pointee.running.store(1) }
        // Before the function: an event that comes while it runs queues the item again. And a read-modify-write: it sees
        // what the enqueuer whose test-and-set failed stored before.
        _ = unsafe node.pointee.pending.exchange(0)
        return unsafe .run(node, function, context, life)
    }

    /// The corresponding kernel function is `process_one_work`.
    private func run(_ node: WorkNode.Pointer, _ function: WorkNode.Function, _ context: UnsafeMutableRawPointer, _ life: WorkNode.Life) {
        unsafe ExecutionContext.currentWork = UnsafeMutableRawPointer(node)
        unsafe Trace.note("run", node)
        unsafe Tracing.begin(.execute, node.traceNumber, name: name)
        unsafe function(node)
        Tracing.end(.execute)
        Trace.note("end of the run on", self)
        unsafe ExecutionContext.currentWork = nil
        runs.bump()
        batchSize += 1
        if life == .untilItRuns { return }
        // From here on who flushes an item that is not an object's may free it.
        unsafe node.pointee.running.store(0)
        // Maybe the last reference. Before the barriers: who has flushed finds the item let go.
        if life == .ofObject { unsafe WorkqueueCore.releaseOwner(node, context) }
    }

    /// The item at the front may still run on another queue: at most one instance runs anywhere, so this worker waits. Without a lock.
    private func waitForRun(of node: WorkNode.Pointer, _ listing: UInt64, on other: WorkqueueCore) {
        let hasWaited = unsafe FlushBarrier.wait("the end of an item's run on another queue") { barrier in
            if unsafe other.attach(barrier, toRunOf: node) == nil { return nil }
            let isStillFirst = batchMutex.withLock {
                if unsafe batchFirst != node || node.pointee.listing != listing { return false }
                runBarrier = unsafe barrier
                return true
            }
            // Taken back before anybody could see that this worker waits; or the run has ended, and the wake is on its way.
            if unsafe !isStillFirst && other.detach(barrier) { return nil }
            return other
        }
        batchMutex.lock()
        runBarrier = nil
        // It may have been cancelled meanwhile, and even queued again: then there is another place to look at. And who has waited was
        // woken by the end of the run, or because the item was taken back: that worker looks again.
        var old: Unmanaged<WorkqueueCore>?
        if !hasWaited, unsafe batchFirst == node, unsafe node.pointee.listing == listing {
            unsafe old = unsafe node.pointee.elsewhere
            unsafe node.pointee.elsewhere = nil
        }
        batchMutex.unlock()
        unsafe old?.release()
    }

    // MARK: Waiting for work

    /// Entered and left with `mutex` held.
    private func waitForWork() {
        if looksOnceMore {
            mutex.unlock()
            pollForAttention()
            mutex.lock()
            // What others have listed of timers that were due does not call for attention: the worker sleeps no longer than to the first
            // timer that is left, and so must see what is listed before it looks at that.
            promoteExpiredTimers()
            if unsafe attention.load(ordering: .relaxed) || first != nil { return }
        }
        isIdle = true
        let deadline = unsafe timers.first.map { unsafe $0.pointee.timer.deadline } ?? .never
        mutex.unlock()
        sleep(until: deadline)
        mutex.lock()
        isIdle = false
    }

    /// Whether the worker is patient. Not if it has woken somebody, who may need this processor.
    private var looksOnceMore: Bool {
        #if ScheduleExploration
            // There nobody spins. What counts is that the lock is given up between the two looks.
            if ScheduleSeam.workersLookOnceMore.load(ordering: .relaxed) { return !hasWoken }
        #endif
        return patience > 0 && !hasWoken
    }

    /// Looks from time to time whether something comes in, until the worker's patience is over. What comes in is seen under the lock.
    private func pollForAttention() {
        _ = Spinning.spin(patience, interval: interval) { attention.load(ordering: .relaxed) }
    }

    /// Where much comes in one by one, the worker leaves the enqueuers alone for a moment: to meet them at every item costs both more
    /// than the item does. Where not much comes in, it is there at once.
    private func adaptInterval() {
        if batchSize > 1, 4 * batchSize > interval {
            interval = min(2 * interval, Spinning.mostPausesOfWorker)
            smallBatches = 0
        } else if batchSize > 1 {
            interval = max(interval / 2, 1)
        } else {
            // One at a time: an answer is waited for, or the two hinder each other so much that it seems so. Now and then it is tried.
            smallBatches += 1
            interval = smallBatches % 256 == 0 ? Spinning.mostPausesOfWorker : 1
        }
        if 2 * interval > Spinning.mostPausesOfWorker { Spinning.pause(interval) }
    }

    /// Not inlined: profilers show where an idle worker stands.
    @inline(never)
    private func sleep(until deadline: Deadline) {
        hasWoken = false
        _ = parker.park("work", until: deadline, pauses: 0)
        // Short sleeps are not worth the wakes: it is more patient next time. Long ones are, and then to spin before them is not.
        patience =
            parker.durationOfSleep < Spinning.nanosecondsOfRecentSleep
            ? min(2 * patience, Spinning.pausesForRecentSleeper) : max(patience / 2, Spinning.pausesBeforeParking / 4)
    }
}
