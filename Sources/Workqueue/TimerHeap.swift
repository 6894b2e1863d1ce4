// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// Where a node stands in a timer heap.
@unsafe
struct TimerLinks {
    var deadline = Deadline.never
    /// Orders equal deadlines: first armed, first queued.
    var sequence: UInt64 = 0
    var child: WorkNode.Pointer?
    var sibling: WorkNode.Pointer?
    /// The sibling before, or the parent of a first child.
    var previous: WorkNode.Pointer?
}

/// Timers, the earliest on top: an intrusive pairing heap, so arming a timer allocates nothing.
@unsafe
struct TimerHeap {
    private(set) var first: WorkNode.Pointer?
    private var armed: UInt64 = 0

    /// Complexity: O(1).
    mutating func insert(_ node: WorkNode.Pointer, at deadline: Deadline) {
        unsafe armed += 1
        unsafe node.pointee.timer = unsafe TimerLinks(deadline: deadline, sequence: armed)
        unsafe first = unsafe TimerHeap.merge(first, node)
    }

    /// Complexity: O(log *n*), amortised.
    mutating func remove(_ node: WorkNode.Pointer) {
        let rest = unsafe TimerHeap.mergePairs(node.pointee.timer.child)
        if unsafe node == first {
            unsafe first = unsafe rest
        } else {
            let previous = unsafe node.pointee.timer.previous!
            let sibling = unsafe node.pointee.timer.sibling
            if unsafe previous.pointee.timer.child == node {
                unsafe previous.pointee.timer.child = unsafe sibling
            } else {
                unsafe previous.pointee.timer.sibling = unsafe sibling
            }
            if let sibling = unsafe sibling { unsafe sibling.pointee.timer.previous = unsafe previous }
            unsafe first = unsafe TimerHeap.merge(first, rest)
        }
        unsafe node.pointee.timer = unsafe TimerLinks()
    }

    private static func isBefore(_ left: WorkNode.Pointer, _ right: WorkNode.Pointer) -> Bool {
        let (a, b) = unsafe (left.pointee.timer, right.pointee.timer)
        return unsafe a.deadline == b.deadline ? a.sequence < b.sequence : a.deadline < b.deadline
    }

    private static func merge(_ left: WorkNode.Pointer?, _ right: WorkNode.Pointer?) -> WorkNode.Pointer? {
        guard let left = unsafe left else { return unsafe right }
        guard let right = unsafe right else { return unsafe left }
        let (top, below) = unsafe isBefore(right, left) ? (right, left) : (left, right)
        let child = unsafe top.pointee.timer.child
        unsafe below.pointee.timer.sibling = unsafe child
        unsafe below.pointee.timer.previous = unsafe top
        if let child = unsafe child { unsafe child.pointee.timer.previous = unsafe below }
        unsafe top.pointee.timer.child = unsafe below
        unsafe top.pointee.timer.sibling = nil
        unsafe top.pointee.timer.previous = nil
        return unsafe top
    }

    /// Two passes, no recursion: the pairs from the left, then all of them from the right.
    private static func mergePairs(_ list: WorkNode.Pointer?) -> WorkNode.Pointer? {
        var rest = unsafe list
        var pairs: WorkNode.Pointer?
        while let left = unsafe rest {
            let right = unsafe left.pointee.timer.sibling
            unsafe rest = unsafe right == nil ? nil : right!.pointee.timer.sibling
            unsafe left.pointee.timer.sibling = nil
            if let right = unsafe right { unsafe right.pointee.timer.sibling = nil }
            let pair = unsafe merge(left, right)!
            unsafe pair.pointee.timer.sibling = unsafe pairs
            unsafe pairs = unsafe pair
        }
        var merged: WorkNode.Pointer?
        while let pair = unsafe pairs {
            unsafe pairs = unsafe pair.pointee.timer.sibling
            unsafe pair.pointee.timer.sibling = nil
            unsafe merged = unsafe merge(merged, pair)
        }
        return unsafe merged
    }
}
