// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// One place in a wait queue: an intrusive node at a stable address.
///
/// Whoever embeds it (an entry, a sleeping thread's stack frame, an irqfd) owns the memory, and keeps it until the node is
/// off its queue. All variables are guarded by the lock of the head on which the node is queued.
///
/// The corresponding kernel structure is `wait_queue_entry_t`.
@unsafe
@usableFromInline
package struct WaitQueueNode: ~Copyable {
    @usableFromInline package typealias Pointer = UnsafeMutablePointer<WaitQueueNode>

    /// Called under the head's lock: see `function(_:_:_:_:)`. A plain function pointer, of which nothing is retained for a call.
    @usableFromInline package typealias Function =
        @convention(c) (_ node: UnsafeMutableRawPointer, _ events: UInt32, _ locked: UnsafeMutableRawPointer) -> UInt8

    /// Called once no wait queue lock is held any more, with the number of times the node has left a queue since the last call.
    typealias Settlement = (Pointer, UInt32) -> Void

    /// `front` is for what must see every wake, whatever others return: before the priority entries, one to a queue.
    @usableFromInline
    enum Place { case front, priority, plain, exclusive }

    // What a walk reads lies side by side.

    @usableFromInline var next: Pointer?
    @usableFromInline let mask: PollEvents
    @usableFromInline var place = Place.plain
    /// It lies in a `WaitQueueEntry`, whose function is called directly.
    @usableFromInline let isEntry: Bool
    /// A reader or writer that sleeps on an open file, and is woken when the file is closed.
    package var isFileSleeper = false
    /// It lies in the frame of a thread that sleeps. For snapshots.
    var isThread = false
    /// The number of the walk before which the node was added: later walks visit it, an earlier one that still runs does not.
    var addedBeforeWalk: UInt64 = 0
    @usableFromInline package let context: UnsafeMutableRawPointer
    @usableFromInline let function: Function

    var previous: Pointer?

    /// The head on which the node is queued. Claimed across heads, so that a second add is noticed wherever it happens.
    let queuedOn = AtomicAddress()

    /// How often the node has left a queue and was not settled yet: whoever makes it one has the node in its list, alone.
    let owedSettlements = AtomicUInt32(0)
    var nextAfterUnlock: Pointer?
    let settlement: Settlement?

    /// Calls a node's function.
    @inlinable @inline(__always)
    static func call(_ node: Pointer, _ events: PollEvents, _ locked: inout WaitQueueHead.Locked) -> WakeResult {
        let code = unsafe withUnsafeMutablePointer(to: &locked) { locked in
            unsafe node.pointee.function(UnsafeMutableRawPointer(node), events.rawValue, UnsafeMutableRawPointer(locked))
        }
        return code == 0 ? .notWoken : code == 1 ? .woken : .stop
    }

    /// What a node's function consists of. `context` of the node tells whose it is.
    @inlinable @inline(__always)
    package static func function(
        _ node: UnsafeMutableRawPointer,
        _ events: UInt32,
        _ locked: UnsafeMutableRawPointer,
        _ body: (Pointer, PollEvents, inout WaitQueueHead.Locked) -> WakeResult
    ) -> UInt8 {
        let locked = unsafe locked.assumingMemoryBound(to: WaitQueueHead.Locked.self)
        switch unsafe body(node.assumingMemoryBound(to: WaitQueueNode.self), PollEvents(rawValue: events), &locked.pointee) {
        case .notWoken: return 0
        case .woken: return 1
        case .stop: return 2
        }
    }

    /// A node whose memory its owner keeps: nothing happens when it leaves the queue.
    package init(mask: PollEvents = .all, context: UnsafeMutableRawPointer, function: @escaping Function) {
        unsafe self.init(mask: mask, context: context, isEntry: false, function: function, settlement: nil)
    }

    /// The node of a `WaitQueueEntry`, in which it lies: it needs neither context nor function.
    init(entryWithMask mask: PollEvents) {
        unsafe self.init(
            mask: mask,
            context: UnsafeMutableRawPointer(bitPattern: -1)!,
            isEntry: true,
            function: { node, events, locked in
                unsafe WaitQueueNode.function(node, events, locked) { unsafe WaitQueueEntry.call($0, $1, &$2) }
            },
            settlement: { node, times in
                // Balances the retain of each add.
                let entry = unsafe WaitQueueEntry.of(node)
                for _ in 0..<times { unsafe entry.release() }
            }
        )
    }

    init(mask: PollEvents, context: UnsafeMutableRawPointer, isEntry: Bool, function: @escaping Function, settlement: Settlement?) {
        unsafe self.isEntry = isEntry
        unsafe self.mask = mask
        unsafe self.context = unsafe context
        unsafe self.function = unsafe function
        unsafe self.settlement = unsafe settlement
    }
}
