// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// Some state, the lock around it and the condition to wait for its changes.
///
/// This is a pthread mutex and not `Synchronization.Mutex`: ThreadSanitizer cannot see the latter's slow path and reports races that are
/// none, and it has no condition variable.
@safe package final class Monitor<State: Sendable>: @unchecked Sendable {
    // Unchecked: the state is touched with the mutex held and nowhere else, and both pthread objects keep one address for life.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: State) {
        self.state = state
        check(unsafe pthread_mutex_init(mutex, nil), "pthread_mutex_init")
        #if canImport(Darwin)
            check(unsafe pthread_cond_init(changed, nil), "pthread_cond_init")
        #else
            var attributes = pthread_condattr_t()
            check(unsafe pthread_condattr_init(&attributes), "pthread_condattr_init")
            // A wall clock that is set would end a wait early or never.
            check(unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock")
            check(unsafe pthread_cond_init(changed, &attributes), "pthread_cond_init")
            unsafe pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Looks at or changes the state, and wakes everybody who waits for a change.
    package func update<Result>(_ body: (inout State) -> Result) -> Result {
        check(unsafe pthread_mutex_lock(mutex), "pthread_mutex_lock")
        defer {
            check(unsafe pthread_cond_broadcast(changed), "pthread_cond_broadcast")
            check(unsafe pthread_mutex_unlock(mutex), "pthread_mutex_unlock")
        }
        return body(&state)
    }

    /// Looks at the state.
    package func read<Result>(_ body: (State) -> Result) -> Result {
        check(unsafe pthread_mutex_lock(mutex), "pthread_mutex_lock")
        defer { check(unsafe pthread_mutex_unlock(mutex), "pthread_mutex_unlock") }
        return body(state)
    }

    /// Waits until the body gives a result, and gives that back.
    package func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        check(unsafe pthread_mutex_lock(mutex), "pthread_mutex_lock")
        defer { check(unsafe pthread_mutex_unlock(mutex), "pthread_mutex_unlock") }
        while true {
            if let result = body(&state) { return result }
            check(unsafe pthread_cond_wait(changed, mutex), "pthread_cond_wait")
        }
    }

    /// Waits until the body gives a result or the time is over; nil in the latter case.
    package func wait<Result>(atMost timeout: Duration, _ body: (inout State) -> Result?) -> Result? {
        let end = ContinuousClock.now + timeout
        check(unsafe pthread_mutex_lock(mutex), "pthread_mutex_lock")
        defer { check(unsafe pthread_mutex_unlock(mutex), "pthread_mutex_unlock") }
        while true {
            if let result = body(&state) { return result }
            let left = end - .now
            guard left > .zero else { return nil }
            sleep(atMost: left)
        }
    }

    /// One sleep on the condition; too short a one does no harm, every caller looks again.
    private func sleep(atMost left: Duration) {
        let (seconds, attoseconds) = left.components
        #if canImport(Darwin)
            var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
            let code = unsafe pthread_cond_timedwait_relative_np(changed, mutex, &time)
        #else
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            time.tv_sec += Int(seconds)
            time.tv_nsec += Int(attoseconds / 1_000_000_000)
            if time.tv_nsec >= 1_000_000_000 {
                time.tv_sec += 1
                time.tv_nsec -= 1_000_000_000
            }
            let code = unsafe pthread_cond_timedwait(changed, mutex, &time)
        #endif
        if code != ETIMEDOUT { check(code, "pthread_cond_timedwait") }
    }
}

/// Ends the program when a pthread call fails that cannot.
func check(_ code: Int32, _ call: StaticString) {
    guard code == 0 else { fatalError("\(call) failed with error \(code)") }
}
