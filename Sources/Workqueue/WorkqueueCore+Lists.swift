// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// Items that are queued as one: items that were never queued before, and that nobody else can queue, cancel or flush meanwhile.
@unsafe
package struct WorkList {
    package private(set) var count = 0
    private(set) var first: WorkNode.Pointer?
    private(set) var last: WorkNode.Pointer?
    /// One of the items had been queued before.
    fileprivate(set) var isSpoilt = false

    package init() {}

    fileprivate mutating func append(_ node: WorkNode.Pointer) {
        if let last = unsafe last {
            unsafe last.pointee.next = unsafe node
            unsafe node.pointee.previous = unsafe last
        } else {
            unsafe first = unsafe node
        }
        unsafe last = unsafe node
        unsafe count += 1
    }
}

extension WorkqueueCore {
    /// Makes an item one of a list that is to be queued here: pending. Without a lock: nobody else knows it yet as something to run.
    package func prepare(_ node: WorkNode.Pointer, for list: inout WorkList) {
        if unsafe node.pointee.pending.load() != 0 || node.pointee.target != nil {
            unsafe list.isSpoilt = true
            return
        }
        unsafe Tracing.instant(.queueWork, node.traceNumber, name: name)
        unsafe node.pointee.pending.store(1)
        unsafe node.pointee.target = unsafe Unmanaged.passUnretained(self).retain()
        unsafe node.pointee.place = .listed
        unsafe node.pointee.retainOwner()
        unsafe list.append(node)
    }

    /// Queues a list behind all that is queued. False: it is refused.
    ///
    /// - Complexity: O(1)
    package func enqueue(_ list: WorkList) -> Bool {
        guard unsafe !list.isSpoilt, let first = unsafe list.first, let last = unsafe list.last else { return false }
        mutex.lock()
        if !accepts(nil) {
            mutex.unlock()
            return false
        }
        promoteExpiredTimers()
        unsafe appendList(from: first, to: last)
        let mustWake = summonWorker()
        mutex.unlock()
        if mustWake { wakeWorker() }
        return true
    }
}
