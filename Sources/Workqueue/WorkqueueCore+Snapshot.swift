// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What is copied under a queue's locks: words only. What is made of it is made outside.
struct WorkqueueFacts {
    struct Timer {
        let label: WorkLabel
        let deadline: Deadline
        let sequence: UInt64

        /// The order in which they will be queued.
        func isBefore(_ other: Timer) -> Bool {
            deadline == other.deadline ? sequence < other.sequence : deadline < other.deadline
        }
    }

    let name: String
    fileprivate(set) var state = WorkqueueSnapshot.State.open
    fileprivate(set) var running: WorkLabel?
    fileprivate(set) var runningSince: Deadline?
    fileprivate(set) var pending: [WorkLabel] = []
    fileprivate(set) var timers: [Timer] = []
    fileprivate(set) var waiting = 0
    fileprivate(set) var isIdle = false
    fileprivate(set) var runs: UInt64 = 0

    /// How much room the last copy lacked.
    fileprivate var missing = (pending: 0, timers: 0)

    init(of core: WorkqueueCore) { name = core.name }

    /// Without any lock, after a copy that found too little room. More may come meanwhile.
    mutating func makeRoom() {
        pending.reserveCapacity(missing.pending + missing.pending / 2)
        timers.reserveCapacity(missing.timers + missing.timers / 2)
    }
}

extension WorkqueueCore {
    func snapshot() -> WorkqueueSnapshot {
        var facts = WorkqueueFacts(of: self)
        while !withLock({ copy(to: &facts) }) { facts.makeRoom() }
        return WorkqueueSnapshot(facts, at: .now)
    }

    /// False: there is not room for all of it. Under both locks; allocates nothing.
    func copy(to facts: inout WorkqueueFacts) -> Bool {
        facts.missing = unsafe (count(first) + count(batchFirst), timers.count)
        if facts.missing.pending > facts.pending.capacity || facts.missing.timers > facts.timers.capacity { return false }
        facts.waiting = unsafe FlushBarrier.count(currentBarriers)
        unsafe copyList(batchFirst, to: &facts)
        unsafe copyList(first, to: &facts)
        unsafe timers.visitAll { node in
            let timer = unsafe node.pointee.timer
            unsafe facts.timers.append(
                WorkqueueFacts.Timer(label: node.pointee.label, deadline: timer.deadline, sequence: timer.sequence)
            )
        }
        if unsafe current != nil {
            facts.running = currentLabel
            facts.runningSince = stallWatch?.since
        }
        facts.state = phase == .ended ? .ended : phase != .open ? .closing : drains > 0 ? .draining : .open
        facts.isIdle = isIdle
        facts.runs = runs.load()
        return true
    }

    private func count(_ list: WorkNode.Pointer?) -> Int {
        var count = 0
        var next = unsafe list
        while let node = unsafe next {
            count += 1
            unsafe next = unsafe node.pointee.next
        }
        return count
    }

    private func copyList(_ list: WorkNode.Pointer?, to facts: inout WorkqueueFacts) {
        var next = unsafe list
        while let node = unsafe next {
            unsafe facts.pending.append(node.pointee.label)
            unsafe facts.waiting += FlushBarrier.count(node.pointee.barriers)
            unsafe next = unsafe node.pointee.next
        }
    }

    /// Where an item is, in words. Takes the locks of the item and of its queues, one after the other.
    static func whereabouts(of node: WorkNode.Pointer) -> String {
        var place = WorkNode.Place.nowhere
        var target: WorkqueueCore?
        var runner: WorkqueueCore?
        unsafe node.pointee.mutex.withLock {
            guard let core = unsafe node.pointee.target?.takeUnretainedValue() else { return }
            target = core
            let other = core.withLock {
                unsafe place = node.pointee.place
                if unsafe core.current == node { runner = core }
                return unsafe node.pointee.elsewhere?.takeUnretainedValue()
            }
            // (Not with both locks: the other queue's is of the same kind. The item's lock keeps what it may still run on.)
            if let other, runner == nil, other.withLock({ unsafe other.current == node }) { runner = other }
        }
        var parts: [String] = []
        if let runner { parts.append("runs on \"\(runner.name)\"") }
        if let target {
            switch place {
            case .nowhere: break
            case .listed: parts.append("pending on \"\(target.name)\"")
            case .timed: parts.append("timer on \"\(target.name)\"")
            }
        }
        return parts.isEmpty ? "idle" : listed(parts)
    }
}

extension TimerHeap {
    /// Visits all, a parent before its children, without any memory for the way.
    func visitAll(_ body: (WorkNode.Pointer) -> Void) {
        var next = unsafe first
        while let node = unsafe next {
            unsafe body(node)
            unsafe next = unsafe node.pointee.timer.child ?? TimerHeap.behind(node)
        }
    }

    var count: Int {
        var count = 0
        unsafe visitAll { _ in count += 1 }
        return count
    }

    /// The next sibling, of the node or of the nearest one above it that has one.
    private static func behind(_ node: WorkNode.Pointer) -> WorkNode.Pointer? {
        var current = unsafe node
        while true {
            if let sibling = unsafe current.pointee.timer.sibling { return unsafe sibling }
            // Back along the siblings, up to the parent.
            while let previous = unsafe current.pointee.timer.previous, unsafe previous.pointee.timer.child != current {
                unsafe current = unsafe previous
            }
            guard let parent = unsafe current.pointee.timer.previous else { return nil }
            unsafe current = unsafe parent
        }
    }
}
