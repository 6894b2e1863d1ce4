// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// Somebody who waits for the worker to get past a certain point: a thread, or a task.
///
/// A thread's barrier lies in its stack frame, and the worker touches it last when it unparks the thread. A task's belongs to a
/// `TaskBarrier`, which is retained while it is listed.
///
/// The corresponding kernel structure is `struct wq_barrier`.
@unsafe
struct FlushBarrier: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<FlushBarrier>

    // Guarded by the locks of the queue in one of whose lists it is.

    var next: Pointer?
    var previous: Pointer?
    /// The item that it was put behind: until that begins, the item has the list; then the queue has it.
    var holder: WorkNode.Pointer?
    /// Whoever clears it takes the barrier off its list, and lets it go.
    var isListed = true

    private let parker = Parker()
    #if DEBUG
        /// Not zero: completed. For reports only.
        private let isOver = StatCounter()
    #endif
    #if !hasFeature(Embedded)
        /// Whose it is, if a task's. Retained by the list.
        var task: Unmanaged<TaskBarrier>?
    #endif

    /// Hands out a barrier in this thread's stack frame; if `attach` put it somewhere, and says on whose queue, waits for it.
    ///
    /// Returns whether it waited.
    @inline(never)
    static func wait(_ reason: StaticString, attach: (Pointer) -> WorkqueueCore?) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: FlushBarrier.self, capacity: 1) { frame in
            let barrier = frame.baseAddress!
            unsafe barrier.initialize(to: FlushBarrier())
            defer { unsafe barrier.deinitialize(count: 1) }
            guard let core = unsafe attach(barrier) else { return false }
            #if DEBUG
                // Asked while this frame waits, and so is there.
                core.waitingForThisWorker(unless: { unsafe barrier.pointee.isOver.load() != 0 }) {
                    _ = unsafe barrier.pointee.parker.park(reason, until: .never, pauses: core.pausesOfFlusher)
                }
            #else
                _ = unsafe barrier.pointee.parker.park(reason, until: .never, pauses: core.pausesOfFlusher)
            #endif
            return true
        }
    }

    #if ScheduleExploration
        /// Waits for a barrier that was put somewhere already, or is let go already.
        static func park(_ barrier: Pointer) { unsafe barrier.pointee.parker.park("a barrier") }
    #endif

    /// A list is taken off, to be let go: from here on nobody takes one of its barriers out, whose task would then be resumed twice.
    /// Under the locks that guard the list.
    @inline(__always)
    static func takenOff(_ list: Pointer?) {
        #if !hasFeature(Embedded)
            var next = unsafe list
            while let barrier = unsafe next {
                unsafe barrier.pointee.isListed = false
                unsafe next = unsafe barrier.pointee.next
            }
        #endif
    }

    /// A list goes over from an item that will not run to the one before it, or, if there is none, to the queue. Under both locks.
    static func handOver(_ list: Pointer?, to holder: WorkNode.Pointer?) {
        var next = unsafe list
        while let barrier = unsafe next {
            unsafe barrier.pointee.holder = unsafe holder
            unsafe next = unsafe barrier.pointee.next
        }
    }

    /// Lets all of a list go. Called without any lock: a resumed task runs foreign code.
    ///
    /// True: the kernel was asked to wake one.
    @discardableResult
    static func complete(_ list: Pointer?) -> Bool {
        var next = unsafe list
        var hasWoken = false
        while let barrier = unsafe next {
            // Before the wake: after it the frame is gone.
            unsafe next = unsafe barrier.pointee.next
            #if !hasFeature(Embedded)
                if let task = unsafe barrier.pointee.task {
                    let continuation = unsafe task._withUnsafeGuaranteedRef { unsafe $0.end() }
                    #if ScheduleExploration
                        // A thread of a scenario sleeps in the task's stead.
                        unsafe barrier.pointee.parker.unpark()
                    #endif
                    // Before the task goes on, which has a reference of its own: afterwards nothing of its wait is kept from here.
                    unsafe task.release()
                    unsafe continuation?.resume()
                    continue
                }
            #endif
            #if DEBUG
                // The worker goes on to its next item, which may wait for that thread's queue: not a circle.
                unsafe barrier.pointee.isOver.bump()
            #endif
            if unsafe barrier.pointee.parker.unpark() { hasWoken = true }
        }
        return hasWoken
    }

    /// How many there are in a list.
    static func count(_ list: Pointer?) -> Int {
        var (count, next) = unsafe (0, list)
        while let barrier = unsafe next {
            count += 1
            unsafe next = unsafe barrier.pointee.next
        }
        return count
    }

    /// False: it is not in the list. It is compared, never dereferenced, until it is found.
    static func remove(_ barrier: Pointer, from list: inout Pointer?) -> Bool {
        var next = unsafe list
        while let current = unsafe next, unsafe current != barrier { unsafe next = unsafe current.pointee.next }
        if unsafe next == nil { return false }
        if unsafe list == barrier { unsafe list = unsafe barrier.pointee.next }
        unsafe unlink(barrier)
        return true
    }

    /// Parts a barrier from its neighbours. Who has the list looks after its beginning.
    static func unlink(_ barrier: Pointer) {
        let (previous, next) = unsafe (barrier.pointee.previous, barrier.pointee.next)
        unsafe previous?.pointee.next = unsafe next
        unsafe next?.pointee.previous = unsafe previous
        unsafe barrier.pointee.next = nil
        unsafe barrier.pointee.previous = nil
    }

    /// One barrier, or a list of them, in front of a list.
    static func joined(_ list: Pointer?, _ other: Pointer?) -> Pointer? {
        guard let list = unsafe list else { return unsafe other }
        var last = unsafe list
        while let next = unsafe last.pointee.next { unsafe last = next }
        unsafe last.pointee.next = other
        unsafe other?.pointee.previous = unsafe last
        return unsafe list
    }
}
