// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// A value behind a pthread mutex, and a way to wait until it has changed.
///
/// The tests do not stand on the lock that they test. It is not `Synchronization.Mutex` either: the slow path of that one is
/// not seen by ThreadSanitizer, which then reports races that are none.
@safe
package final class Guarded<Value: Sendable>: @unchecked Sendable {
    // @unchecked: `value` is touched with the mutex held only; the two pointers never change.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    package init(_ value: Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe changed.initialize(to: pthread_cond_t())
        unsafe check(pthread_mutex_init(mutex, nil))
        #if canImport(Darwin)
            unsafe check(pthread_cond_init(changed, nil))
        #else
            var attributes = pthread_condattr_t()
            unsafe check(pthread_condattr_init(&attributes))
            unsafe check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
            unsafe check(pthread_cond_init(changed, &attributes))
            unsafe check(pthread_condattr_destroy(&attributes))
        #endif
    }

    deinit {
        unsafe check(pthread_cond_destroy(changed))
        unsafe check(pthread_mutex_destroy(mutex))
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Looks at the value, or changes it; whoever waits for a change looks again.
    package func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
        unsafe check(pthread_mutex_lock(mutex))
        defer {
            unsafe check(pthread_cond_broadcast(changed))
            unsafe check(pthread_mutex_unlock(mutex))
        }
        return try body(&value)
    }

    /// A copy of the value.
    package var current: Value { withLock { $0 } }

    /// Blocks until `result` finds what it looks for, and returns that. It is called with the lock held.
    @available(*, noasync, message: "this blocks the thread")
    package func wait<R>(for result: (inout Value) -> R?) -> R {
        unsafe check(pthread_mutex_lock(mutex))
        defer { unsafe check(pthread_mutex_unlock(mutex)) }
        while true {
            if let found = result(&value) {
                unsafe check(pthread_cond_broadcast(changed))
                return found
            }
            unsafe check(pthread_cond_wait(changed, mutex))
        }
    }

    /// Blocks until `condition` holds, at most so many seconds: false when it does not hold then. For the watchdog alone.
    @available(*, noasync, message: "this blocks the thread")
    func wait(atMost seconds: Int, until condition: (Value) -> Bool) -> Bool {
        unsafe check(pthread_mutex_lock(mutex))
        defer { unsafe check(pthread_mutex_unlock(mutex)) }
        var deadline = timespec()
        unsafe check(clock_gettime(CLOCK_MONOTONIC, &deadline))
        deadline.tv_sec += seconds
        while !condition(value) {
            #if canImport(Darwin)
                var now = timespec()
                unsafe check(clock_gettime(CLOCK_MONOTONIC, &now))
                var left = timespec(tv_sec: deadline.tv_sec - now.tv_sec, tv_nsec: 0)
                let error = left.tv_sec > 0 ? unsafe pthread_cond_timedwait_relative_np(changed, mutex, &left) : ETIMEDOUT
            #else
                let error = unsafe pthread_cond_timedwait(changed, mutex, &deadline)
            #endif
            if error == ETIMEDOUT { return condition(value) }
        }
        return true
    }
}

private func check(_ error: Int32, line: UInt = #line) {
    precondition(error == 0, "a pthread call of the tests failed: error \(error)", line: line)
}
