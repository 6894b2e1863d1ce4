// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

/// What must happen once this thread holds no wait queue lock any more.
///
/// References to users' objects are dropped, tasks resumed and files released here, and not under the lock: all of them run
/// foreign code. The list is the thread's own, because locks nest: an inner unlock is not the moment yet.
@usableFromInline
enum AfterUnlock {
    // (What a head keeps for this list is not guarded by its lock: it is the one thread's that puts the head off. So the variable is
    // touched by itself here, and not through the accessor of the whole state.)

    /// The node stays valid until it is settled: what is owed to it is a reference.
    static func append(_ node: WaitQueueNode.Pointer) {
        let thread = unsafe kp_current_thread()
        unsafe node.pointee.nextAfterUnlock = unsafe thread.pointee.after_unlock?.assumingMemoryBound(to: WaitQueueNode.self)
        unsafe thread.pointee.after_unlock = UnsafeMutableRawPointer(node)
        kp_note_put_off()
    }

    /// The head is kept by its kref until then: see `WaitQueueHead.putOff`.
    static func append(_ head: WaitQueueHead) {
        let thread = unsafe kp_current_thread()
        unsafe head.ownerState.nextPutOff = unsafe thread.pointee.put_off.map { unsafe Unmanaged<WaitQueueHead>.fromOpaque($0) }
        unsafe thread.pointee.put_off = unsafe Unmanaged.passUnretained(head).toOpaque()
        kp_note_put_off()
    }

    /// One at a time, taken out first: what runs here may lock queues and come back.
    @usableFromInline @inline(never)
    static func run() {
        let thread = unsafe kp_current_thread()
        kp_begin_put_off()
        while true {
            if let first = unsafe thread.pointee.after_unlock {
                let node = unsafe first.assumingMemoryBound(to: WaitQueueNode.self)
                unsafe thread.pointee.after_unlock = unsafe node.pointee.nextAfterUnlock.map { UnsafeMutableRawPointer($0) }
                let settlement = unsafe node.pointee.settlement
                // From here on another thread may put the node into a list of its own.
                unsafe settlement?(node, node.pointee.owedSettlements.exchange(0))
            } else if let first = unsafe thread.pointee.put_off {
                let head = unsafe Unmanaged<WaitQueueHead>.fromOpaque(first).takeUnretainedValue()
                unsafe thread.pointee.put_off = unsafe head.ownerState.nextPutOff?.toOpaque()
                unsafe head.ownerState.nextPutOff = nil
                head.ownerState.putOff?(head)
            } else if !PutOff.runOne() {
                return
            }
        }
    }
}

extension WaitQueueHead {
    /// Runs `owner.putOff` now, or when the last wait queue lock of this thread is gone. The caller has a reference of the head's
    /// kref, which the function puts; it is called once in the head's life.
    package func putOff() {
        if ExecutionContext.isAtomic { AfterUnlock.append(self) } else { ownerState.putOff?(self) }
    }
}
