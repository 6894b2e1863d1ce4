// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

/// Where a walk stands. It lives on the stack of the thread that walks.
@unsafe
struct WalkCursor {
    var next: WaitQueueNode.Pointer?
    /// The node whose function runs.
    var current: WaitQueueNode.Pointer?
    /// The walk has a reference to the entry of `current`, which another thread might otherwise let go of meanwhile.
    var isPinned = false
    let outer: UnsafeMutablePointer<WalkCursor>?
}

extension WaitQueueHead {
    /// More walks inside each other than this are a wake function that wakes itself.
    private static var deepestWalk: UInt32 { 32 }

    /// Calls the functions, in order, under the lock.
    ///
    /// A function may remove any entry: the cursor is moved on when its node goes. It may add entries: they carry the number of
    /// a later walk, and are passed over. It may wake this queue again: that walk has a cursor of its own.
    ///
    /// `onlyExclusive`: the others have been called by the wake whose turn this is.
    ///
    /// The corresponding kernel function is `__wake_up_common`.
    func walk(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool = false) -> Int {
        guard unsafe first != nil, !events.isEmpty else { return 0 }
        let thread = unsafe kp_current_thread()
        if unsafe thread.pointee.wake_walks == WaitQueueHead.deepestWalk {
            misuse(
                "wakes are nested \(WaitQueueHead.deepestWalk) deep: a wake function wakes its own entry again; remove the entry first, or enqueue a Work"
            )
        }
        Trace.note(events == .input ? "wake (input)" : events == .hangup ? "wake (hangup)" : "wake", self)
        unsafe thread.pointee.wake_walks += 1
        walks += 1
        let number = walks
        var woken = 0
        var position = unsafe WalkCursor(next: first, outer: cursor)
        unsafe withUnsafeMutablePointer(to: &position) { position in
            cursor = unsafe position
            while let node = unsafe position.pointee.next {
                // Before the call: afterwards the node may be anywhere, or gone.
                unsafe position.pointee.next = unsafe node.pointee.next
                let isExclusive = unsafe node.pointee.place == .exclusive
                if isExclusive, maxExclusive == 0 { break }
                if onlyExclusive, !isExclusive { continue }
                if unsafe node.pointee.addedBeforeWalk > number || node.pointee.mask.isDisjoint(with: events) { continue }
                unsafe Trace.note("call", node, self)
                unsafe position.pointee.current = unsafe node
                let result = unsafe node.pointee.function(node, events, &locked)
                unsafe position.pointee.current = nil
                if unsafe position.pointee.isPinned {
                    unsafe position.pointee.isPinned = false
                    unsafe putOffSettlement(node)
                }
                if !locked.isView(of: self) { reportExchange() }
                if result == .stop { break }
                if result == .woken, isExclusive {
                    woken += 1
                    if woken == maxExclusive { break }
                }
            }
            cursor = unsafe position.pointee.outer
        }
        unsafe thread.pointee.wake_walks -= 1
        return woken
    }
}
