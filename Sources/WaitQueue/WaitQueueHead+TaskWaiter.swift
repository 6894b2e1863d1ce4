// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    // What a wait in a task consists of besides its suspensions. Nothing of it is async, so an explorer's threads can do it.
    extension WaitQueueHead {
        /// Queues the waiter, and looks at the condition. Whoever takes the waiter off the queue resumes its task: a waker, who ends the
        /// wait, or this call.
        ///
        /// Returns whether the condition was seen to hold: then it is not asked again, because it may have taken what it found.
        func queue(_ waiter: TaskWaiter, unless condition: () -> Bool) -> Bool {
            let isQueued = withLock { _ in
                // Who ends the wait may have come before the waiter was here to be found.
                if waiter.ending != nil { return false }
                waiter.wokenBy = []
                unsafe link(waiter.node, at: waiter.place)
                // The queue's reference; the settlement of the node balances it.
                _ = unsafe Unmanaged.passRetained(waiter)
                return true
            }
            if !isQueued {
                waiter.resume()
                return false
            }
            if !condition() { return false }
            withLock { locked in
                // Off the queue already: if by a wake, that was one too many, and goes to the next one.
                if unsafe !locked.remove(waiter.node), waiter.place == .exclusive { passTurn(waiter.wokenBy, &locked) }
            }
            return true
        }

        /// Ends the wait, unless its condition comes first: for a canceller and a timer.
        ///
        /// It may come when the wait is over, and the context that owned this queue has ended.
        func end(_ waiter: TaskWaiter, with error: WaitQueueError) {
            var locked = lockEvenIfEnded()
            if waiter.ending == nil { waiter.ending = error }
            _ = unsafe locked.remove(waiter.node)
            unlock(locked)
        }

        /// What has ended the wait, if anything has. Asked of a waiter that is off the queue, after a look at the condition, which did not hold.
        ///
        /// A turn that it leaves with is another's.
        func ending(of waiter: TaskWaiter) -> WaitQueueError? {
            withLock { locked in
                if waiter.ending != nil, waiter.place == .exclusive { passTurn(waiter.wokenBy, &locked) }
                return waiter.ending
            }
        }
    }
#endif
