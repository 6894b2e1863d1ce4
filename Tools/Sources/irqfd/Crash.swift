// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// What becomes of a run that crashes, or that the library stops because it is misused or finds itself broken.
enum Crash {
    fileprivate typealias Handler = @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void

    /// The signals that come of it.
    private static let signals = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE]

    private static let hasHappened = Atomic(false)

    /// The actions that were there: those of Swift's backtraces, or of a sanitizer. Written before our handler can run, and only read in it.
    private nonisolated(unsafe) static let previous = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 64)
        unsafe actions.initialize(repeating: sigaction(), count: 64)
        return unsafe actions
    }()

    /// Makes a crash end the program with status 1, like every other bad end of a run, after all that there is to say about it.
    ///
    /// When several threads crash together the system may be faster; then the status is that of the signal.
    static func makeItAnExitStatus() {
        for number in signals {
            var action = sigaction()
            unsafe sigaction(number, nil, &previous[Int(number)])
            unsafe action.handler = { number, information, context in
                // In a signal handler: no allocation, no lock.
                if Crash.hasHappened.exchange(true, ordering: .relaxed) {
                    // Another thread is about to end the program; this one must not spoil its backtrace.
                    sleep(60)
                    _exit(1)
                }
                let sentence: StaticString = "irqfd: the program has crashed, or was stopped: the run has failed\n"
                _ = unsafe write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
                let before = unsafe Crash.previous[Int(number)]
                if before.sa_flags & SA_SIGINFO != 0, let handler = unsafe before.handler { unsafe handler(number, information, context) }
                _exit(1)
            }
            // Not deferred: what writes Swift's backtrace reads memory that may not be there, and recovers from the fault.
            action.sa_flags = SA_SIGINFO | SA_ONSTACK | Int32(SA_NODEFER)
            unsafe sigaction(number, &action, nil)
        }
    }
}

extension sigaction {
    /// The handler with three arguments; every C library has its own name for it.
    fileprivate var handler: Crash.Handler? {
        get {
            #if canImport(Glibc)
                unsafe __sigaction_handler.sa_sigaction
            #elseif canImport(Musl)
                unsafe __sa_handler.sa_sigaction
            #elseif canImport(Darwin)
                unsafe __sigaction_u.__sa_sigaction
            #endif
        }
        set {
            #if canImport(Glibc)
                unsafe __sigaction_handler.sa_sigaction = newValue
            #elseif canImport(Musl)
                unsafe __sa_handler.sa_sigaction = newValue
            #elseif canImport(Darwin)
                unsafe __sigaction_u.__sa_sigaction = newValue
            #endif
        }
    }
}
