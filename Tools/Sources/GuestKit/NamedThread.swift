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

/// A thread with a name that starts at once and is joined by hand.
package final class NamedThread: Sendable {
    /// What the new thread is given.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            nameThisThread(name)
            body()
        }
    }

    #if canImport(Darwin)
        // Unsafe only because the handle is a pointer there; it is never written again.
        private nonisolated(unsafe) let handle: pthread_t
    #else
        private let handle: pthread_t
    #endif

    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        #if canImport(Darwin)
            var created: pthread_t?
            check(unsafe pthread_create(&created, nil, { NamedThread.run($0) }, start), "pthread_create")
            guard let created = unsafe created else { fatalError("pthread_create gave no thread") }
            unsafe handle = created
        #else
            var created = pthread_t()
            check(unsafe pthread_create(&created, nil, { unsafe NamedThread.run($0) }, start), "pthread_create")
            handle = created
        #endif
    }

    /// Waits for the end of the body. Once only.
    package func join() {
        check(pthread_join(handle, nil), "pthread_join")
    }

    /// Sends the thread a signal; harmless when the body has already ended, as long as nobody has joined.
    package func interrupt(with signal: Int32) {
        _ = pthread_kill(handle, signal)
    }

    private static func run(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let start = unsafe start else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(start).takeRetainedValue().run()
        return nil
    }
}

/// Gives the calling thread a name that debuggers and `top -H` show; cut to what the system takes. That it failed is nobody's concern.
private func nameThisThread(_ name: String) {
    #if canImport(Darwin)
        _ = unsafe pthread_setname_np(name)
    #else
        // The function for this is not in the Glibc module; the file does the same.
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = unsafe write(file, name, min(name.utf8.count, 15))
        close(file)
    #endif
}
