// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// Somebody who waits for the worker to get past a certain point: a thread, or a task.
///
/// A thread's barrier lies in its stack frame, and the worker touches it last when it unparks the thread. A task's barrier
/// is freed by who completes it.
///
/// The corresponding kernel structure is `struct wq_barrier`.
@unsafe
struct FlushBarrier: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<FlushBarrier>

    var next: Pointer?
    private let parker = Parker()
    #if DEBUG
        /// Not zero: completed. For reports only.
        private let isOver = StatCounter()
    #endif
    #if !hasFeature(Embedded)
        private var continuation: UnsafeContinuation<Void, Never>?
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

    #if !hasFeature(Embedded)
        /// The same for a task, which is suspended. `attach` is called once.
        static nonisolated(nonsending) func suspend(attach: (Pointer) -> WorkqueueCore?) async -> Bool {
            var hasWaited = true
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let barrier = Pointer.allocate(capacity: 1)
                unsafe barrier.initialize(to: FlushBarrier())
                unsafe barrier.pointee.continuation = unsafe continuation
                if unsafe attach(barrier) == nil {
                    hasWaited = false
                    unsafe complete(barrier)
                }
            }
            return hasWaited
        }
    #endif

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
                if let continuation = unsafe barrier.pointee.continuation {
                    unsafe barrier.deinitialize(count: 1)
                    unsafe barrier.deallocate()
                    unsafe continuation.resume()
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

    /// False: it is not in the list.
    static func remove(_ barrier: Pointer, from list: inout Pointer?) -> Bool {
        if unsafe list == barrier {
            unsafe list = unsafe barrier.pointee.next
            unsafe barrier.pointee.next = nil
            return true
        }
        var previous = unsafe list
        while let current = unsafe previous, let next = unsafe current.pointee.next {
            if unsafe next == barrier {
                unsafe current.pointee.next = unsafe barrier.pointee.next
                unsafe barrier.pointee.next = nil
                return true
            }
            unsafe previous = unsafe next
        }
        return false
    }

    /// One barrier, or a list of them, in front of a list.
    static func joined(_ list: Pointer?, _ other: Pointer?) -> Pointer? {
        guard let list = unsafe list else { return unsafe other }
        var last = unsafe list
        while let next = unsafe last.pointee.next { unsafe last = next }
        unsafe last.pointee.next = other
        return unsafe list
    }
}
