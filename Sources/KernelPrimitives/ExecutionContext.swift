// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import CKernelPrimitives

/// What the running thread may do: whether it may sleep, and what it put off.
@usableFromInline
package enum ExecutionContext {
    /// Whether this thread is inside a wake function or holds a wait queue's lock.
    @inlinable package static var isAtomic: Bool { kp_is_atomic() }

    /// Whether this thread holds one wait queue's lock, and no more.
    @inlinable package static var holdsOneWaitQueueLock: Bool {
        unsafe kp_current_thread().pointee.wait_queue_locks & ~KP_PUT_OFF == 1
    }

    /// Stops a call that may sleep where sleeping would hang, or hold up every waker of a queue.
    ///
    /// The corresponding kernel macro is `might_sleep`.
    @inlinable @inline(__always)
    package static func mightSleep(_ call: StaticString) {
        if isAtomic { reportSleep(call) }
    }

    @usableFromInline @inline(never)
    static func reportSleep(_ call: StaticString) -> Never {
        misuse(
            "\(call) may sleep, and \(call) was called inside a wake function or under a wait queue's lock; "
                + "enqueue a Work that makes the call, or make it after the lock is gone"
        )
    }

    /// The worker of which workqueue this thread is, if of any.
    @inlinable package static var worker: UnsafeMutableRawPointer? {
        get { unsafe kp_current_thread().pointee.worker }
        set { unsafe kp_current_thread().pointee.worker = newValue }
    }

    /// The work that this worker runs at this moment.
    @inlinable package static var currentWork: UnsafeMutableRawPointer? {
        get { unsafe kp_current_thread().pointee.current_work }
        set { unsafe kp_current_thread().pointee.current_work = newValue }
    }

    /// The queue of whose stall this thread tells the handler at this moment.
    package static var reportedQueue: UnsafeMutableRawPointer? {
        get { unsafe kp_current_thread().pointee.reported_queue }
        set { unsafe kp_current_thread().pointee.reported_queue = newValue }
    }

    /// Whether an answer may come soon: this thread is no worker, which might wait for itself, and has not just had one woken.
    package static var mayExpectAnswer: Bool {
        unsafe kp_current_thread().pointee.worker == nil && kp_current_thread().pointee.woken_worker == nil
    }

    /// This thread has had the kernel wake a worker, which had slept for long, or had not.
    package static func noteWake(of worker: UnsafeRawPointer, fromLongSleep: Bool) {
        unsafe kp_current_thread().pointee.woken_worker = unsafe worker
        unsafe kp_current_thread().pointee.woke_from_long_sleep = fromLongSleep
    }

    /// Whether this thread had the kernel wake that worker last, out of a long sleep or a short one; told once. Nil: it had not.
    package static func takeNoteOfWake(of worker: UnsafeRawPointer) -> Bool? {
        if unsafe kp_current_thread().pointee.woken_worker != worker { return nil }
        unsafe kp_current_thread().pointee.woken_worker = nil
        return unsafe kp_current_thread().pointee.woke_from_long_sleep
    }

    /// Whether this thread is the one that waits for descriptors, and hears of their events.
    package static var pollsDescriptors: Bool {
        get { unsafe kp_current_thread().pointee.polls_descriptors }
        set { unsafe kp_current_thread().pointee.polls_descriptors = newValue }
    }

    /// The name that this thread was given, or an empty string.
    package static var threadName: String {
        unsafe withUnsafePointer(to: &kp_current_thread().pointee.name) { name in
            unsafe name.withMemoryRebound(to: CChar.self, capacity: 16) { unsafe String(cString: $0) }
        }
    }

    /// The name that this thread bears, whoever gave it.
    static var systemThreadName: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { name in
            unsafe name.initialize(repeating: 0)
            unsafe kp_thread_get_name(name.baseAddress!)
            return unsafe String(cString: name.baseAddress!)
        }
    }
}
