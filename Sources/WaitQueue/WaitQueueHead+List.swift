// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

// The list itself: intrusive, doubly linked, in three sections: priority (with one place in front of it), plain, exclusive. Under the lock, all of it.
extension WaitQueueHead {
    private var address: UInt { unsafe UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()) }

    func isQueued(_ node: WaitQueueNode.Pointer) -> Bool { unsafe node.pointee.queuedOn.load() == address }

    @inline(__always)
    func link(_ entry: WaitQueueEntry, at place: WaitQueueNode.Place) {
        unsafe Trace.note("add", entry.node, self)
        unsafe link(entry.node, at: place)
        // The queue's reference. Who removes the entry gives it up, after the lock.
        _ = unsafe Unmanaged.passRetained(entry)
    }

    func link(_ node: WaitQueueNode.Pointer, at place: WaitQueueNode.Place) {
        if unsafe !node.pointee.queuedOn.claim(address) {
            misuse("add: the entry is already queued, on this wait queue or another one; remove it there first, or make a second entry")
        }
        unsafe node.pointee.place = place
        unsafe node.pointee.addedBeforeWalk = walks &+ 1
        hasChanged = true
        switch place {
        case .front:
            unsafe insert(node, after: nil)
            // Priority entries go behind it.
            if unsafe lastPriority == nil { lastPriority = unsafe node }
        case .priority:
            unsafe insert(node, after: lastPriority)
            lastPriority = unsafe node
        case .plain: unsafe insert(node, after: lastPriority)
        case .exclusive:
            unsafe insert(node, after: last)
            if unsafe firstExclusive == nil { firstExclusive = unsafe node }
        }
    }

    /// Nil: in front of all.
    private func insert(_ node: WaitQueueNode.Pointer, after previous: WaitQueueNode.Pointer?) {
        let next = unsafe previous == nil ? first : previous!.pointee.next
        unsafe node.pointee.previous = unsafe previous
        unsafe node.pointee.next = unsafe next
        if let previous = unsafe previous { unsafe previous.pointee.next = unsafe node } else { first = unsafe node }
        if let next = unsafe next { unsafe next.pointee.previous = unsafe node } else { last = unsafe node }
    }

    func unlink(_ node: WaitQueueNode.Pointer) {
        // A walk that was about to visit the node goes on behind it, at every depth of nested walks.
        hasChanged = true
        if unsafe cursor.next == node { unsafe cursor.next = unsafe node.pointee.next }
        var suspended = unsafe cursor.outer
        while let walk = unsafe suspended {
            if unsafe walk.pointee.next == node { unsafe walk.pointee.next = unsafe node.pointee.next }
            unsafe suspended = unsafe walk.pointee.outer
        }
        let previous = unsafe node.pointee.previous
        let next = unsafe node.pointee.next
        if let previous = unsafe previous { unsafe previous.pointee.next = unsafe next } else { first = unsafe next }
        if let next = unsafe next { unsafe next.pointee.previous = unsafe previous } else { last = unsafe previous }
        if unsafe lastPriority == node { lastPriority = unsafe previous }
        if unsafe firstExclusive == node { firstExclusive = unsafe next }
        unsafe node.pointee.next = nil
        unsafe node.pointee.previous = nil
        unsafe node.pointee.queuedOn.clear()
    }

    /// Sees to it that the node's reference is dropped, or its task resumed, when no wait queue lock is held any more.
    func putOffSettlement(_ node: WaitQueueNode.Pointer) {
        guard unsafe node.pointee.settlement != nil else { return }
        if unsafe node.pointee.owedSettlements.compareExchange(0, with: 1) {
            unsafe AfterUnlock.append(node)
            return
        }
        // It was removed a moment ago by another thread, which has not settled it yet, and added again: that thread settles
        // both removals, so the node is never in two lists. It may do so at once, and so while the entry's function still runs.
        unsafe pinIfRunning(node)
        if unsafe node.pointee.owedSettlements.fetchAdd(1) == 0 { unsafe AfterUnlock.append(node) }
    }

    /// Gives every walk that is inside the entry's function a reference of its own.
    private func pinIfRunning(_ node: WaitQueueNode.Pointer) {
        guard unsafe node.pointee.isEntry, isWalking else { return }
        unsafe pin(node, in: &cursor)
        var suspended = unsafe cursor.outer
        while let walk = unsafe suspended {
            unsafe pin(node, in: &walk.pointee)
            unsafe suspended = unsafe walk.pointee.outer
        }
    }

    private func pin(_ node: WaitQueueNode.Pointer, in walk: inout WalkCursor) {
        if unsafe walk.current != node || walk.isPinned { return }
        unsafe walk.isPinned = true
        _ = unsafe WaitQueueEntry.of(node).retain()
    }
}
