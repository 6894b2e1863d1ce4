// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import KernelPrimitives

/// Where the walk in progress stands. Under the lock.
///
/// A wake function may wake its own queue again: the walk that called it is suspended then, in the stack frame of the inner one.
@unsafe
@usableFromInline
struct WalkCursor {
    @usableFromInline var next: WaitQueueNode.Pointer?
    /// The node whose function runs.
    @usableFromInline var current: WaitQueueNode.Pointer?
    /// The walk has a reference to the entry of `current`, which another thread might otherwise let go of meanwhile.
    var isPinned = false
    /// The walk inside whose wake function this one is.
    var outer: UnsafeMutablePointer<WalkCursor>?

    init() {}
}

extension WaitQueueHead {
    /// More walks inside each other than this are a wake function that wakes itself.
    private static var deepestWalk: Int { 32 }

    /// Calls the functions, in order, under the lock.
    ///
    /// A function may remove any entry: the cursor is moved on when its node goes. It may add entries: they carry the number of
    /// a later walk, and are passed over. It may wake this queue again: that walk has a cursor of its own.
    ///
    /// `onlyExclusive`: the others have been called by the wake whose turn this is.
    ///
    /// The corresponding kernel function is `__wake_up_common`.
    @inlinable @inline(__always)
    package func walk(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool = false) -> Int {
        guard unsafe first != nil, !events.isEmpty else { return 0 }
        if Tracing.isOn { return tracedWalk(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive) }
        return untracedWalk(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive)
    }

    @usableFromInline @inline(never)
    func tracedWalk(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool) -> Int {
        Tracing.begin(.wakeUp, serial, UInt64(events.rawValue))
        defer { Tracing.end(.wakeUp) }
        return untracedWalk(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive)
    }

    @inlinable @inline(__always)
    func untracedWalk(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool) -> Int {
        if isWalking { return walkInside(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive) }
        isWalking = true
        let woken = visit(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive)
        isWalking = false
        return woken
    }

    /// A walk in a wake function of this queue.
    @usableFromInline @inline(never)
    func walkInside(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool) -> Int {
        var suspended = cursor
        var depth = 2
        var outer = unsafe cursor.outer
        while let walk = unsafe outer {
            depth += 1
            unsafe outer = unsafe walk.pointee.outer
        }
        if depth > WaitQueueHead.deepestWalk {
            misuse(
                "wakes are nested \(WaitQueueHead.deepestWalk) deep: a wake function wakes its own entry again; remove the entry first, or enqueue a Work"
            )
        }
        return unsafe withUnsafeMutablePointer(to: &suspended) { suspended in
            cursor = unsafe WalkCursor()
            unsafe cursor.outer = unsafe suspended
            let woken = visit(&locked, events, maxExclusive: maxExclusive, onlyExclusive: onlyExclusive)
            cursor = unsafe suspended.pointee
            // The walk that was suspended looks at its cursor.
            hasChanged = true
            return woken
        }
    }

    @inlinable @inline(__always)
    func visit(_ locked: inout Locked, _ events: PollEvents, maxExclusive: Int, onlyExclusive: Bool) -> Int {
        Trace.note(events == .input ? "wake (input)" : events == .hangup ? "wake (hangup)" : "wake", self)
        walks &+= 1
        let number = walks
        hasChanged = false
        var following = onlyExclusive ? firstExclusive : first
        var result = WakeResult.notWoken
        // The loop that counts: as long as nobody says anything and nothing changes, little is looked at, and little lives across
        // the call. In particular the next node is the one that was read before the call: to wait for the memory costs more.
        while let node = unsafe following, unsafe node != firstExclusive {
            unsafe following = unsafe node.pointee.next
            if unsafe node.pointee.mask.isDisjoint(with: events) { continue }
            result = unsafe call(node, before: following, events, &locked)
            if result != .notWoken || hasChanged { break }
        }
        if unsafe following == nil, !hasChanged { return 0 }
        return unsafe visitRest(&locked, events, maxExclusive: maxExclusive, number: number, after: result, following)
    }

    /// The rest of a walk: what was added meanwhile is passed over, and turns are counted.
    @usableFromInline @inline(never)
    func visitRest(
        _ locked: inout Locked,
        _ events: PollEvents,
        maxExclusive: Int,
        number: UInt64,
        after earlier: WakeResult,
        _ next: WaitQueueNode.Pointer?
    ) -> Int {
        var following = unsafe hasChanged ? catchUp() : next
        var result = earlier
        var woken = 0
        while result != .stop, woken < max(maxExclusive, 1), let node = unsafe following {
            // Before the call: afterwards the node may be anywhere, or gone.
            unsafe following = unsafe node.pointee.next
            let isExclusive = unsafe node.pointee.place == .exclusive
            if isExclusive, maxExclusive == 0 { break }
            if unsafe node.pointee.addedBeforeWalk > number || node.pointee.mask.isDisjoint(with: events) { continue }
            result = unsafe call(node, before: following, events, &locked)
            if hasChanged { unsafe following = unsafe catchUp() }
            if isExclusive, result == .woken { woken += 1 }
        }
        return woken
    }

    @inlinable @inline(__always)
    func call(
        _ node: WaitQueueNode.Pointer,
        before following: WaitQueueNode.Pointer?,
        _ events: PollEvents,
        _ locked: inout Locked
    ) -> WakeResult {
        unsafe Trace.note("call", node, self)
        unsafe cursor.next = unsafe following
        unsafe cursor.current = unsafe node
        // (The view need not be looked at: a function can exchange it only for that of a lock that it takes and gives up itself.)
        return unsafe node.pointee.isEntry ? WaitQueueEntry.call(node, events, &locked) : WaitQueueNode.call(node, events, &locked)
    }

    /// Where to go on when the function that was called has added or removed a node: what it removed may have been the next one.
    private func catchUp() -> WaitQueueNode.Pointer? {
        hasChanged = false
        if cursor.isPinned, let node = unsafe cursor.current {
            cursor.isPinned = false
            // It does not run any more, and so is not pinned once more.
            unsafe cursor.current = nil
            unsafe putOffSettlement(node)
        }
        return unsafe cursor.next
    }
}
