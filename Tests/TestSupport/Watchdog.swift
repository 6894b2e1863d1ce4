// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KernelPrimitives

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// Runs the body of a threaded test. When that hangs, the watchdog says who waits for what and ends the process.
///
/// A time limit of the testing library does not end a synchronous test that hangs, and two of those hang the whole run. In
/// the good case nothing waits for the watchdog.
package func withWatchdog<R>(
    _ name: String = #function,
    seconds: Int = 60,
    file: String = #fileID,
    _ body: () throws -> R
) rethrows -> R {
    let watchdog = Watchdog("\(file) \(name)", seconds: seconds)
    defer { watchdog.stop() }
    return try Watchdog.$current.withValue(watchdog) {
        try ThreadRecord.$current.withValue(watchdog.record(of: "the test")) { try body() }
    }
}

/// The same for an asynchronous test, which has more time: between its suspensions it waits for a thread of the pool, behind all
/// synchronous tests that are to come.
package func withWatchdog<R>(
    _ name: String = #function,
    seconds: Int = 240,
    file: String = #fileID,
    _ body: () async throws -> R
) async rethrows -> R {
    let watchdog = Watchdog("\(file) \(name)", seconds: seconds)
    defer { watchdog.stop() }
    return try await Watchdog.$current.withValue(watchdog) {
        try await ThreadRecord.$current.withValue(watchdog.record(of: "the test")) { try await body() }
    }
}

/// One armed watchdog.
final class Watchdog: Sendable {
    /// The watchdog of the test that asks, on whichever of its threads.
    @TaskLocal static var current: Watchdog?

    /// All that are armed: where one test hangs, others wait for the processor in vain, and bark first.
    private static let armed = Guarded<[Watchdog]>([])

    /// Whether one barks already. Two threads that abort at once may hang each other in the crash reporter.
    private static let isBarking = Guarded(false)

    private struct State {
        var isOver = false
        var threads: [ThreadRecord] = []
    }

    private let name: String
    private let state: Guarded<State>
    private let thread: KernelThread

    init(_ name: String, seconds: Int) {
        let state = Guarded(State())
        self.name = name
        self.state = state
        thread = KernelThread(name: "watchdog") {
            if !state.wait(atMost: seconds, until: { $0.isOver }) { Watchdog.bark(name, seconds: seconds) }
        }
        Watchdog.armed.withLock { $0.append(self) }
    }

    func stop() {
        state.withLock { $0.isOver = true }
        Watchdog.armed.withLock { armed in armed.removeAll { $0 === self } }
        thread.join()
    }

    /// A new record of a thread that takes part in the test.
    func record(of thread: String) -> ThreadRecord {
        let record = ThreadRecord(name: thread)
        state.withLock { $0.threads.append(record) }
        return record
    }

    private static func bark(_ name: String, seconds: Int) {
        let isSecond = isBarking.withLock { isBarking in
            defer { isBarking = true }
            return isBarking
        }
        if isSecond { return }
        var text = "watchdog: \(name) has not ended after \(seconds) seconds; these have not:\n"
        for watchdog in armed.current {
            text += " \(watchdog.name)\n"
            for thread in watchdog.state.current.threads { text += "  \(thread.line)\n" }
        }
        text += " threads of this package:\n"
        for line in ThreadReport.shared.lines() { text += "  \(line)\n" }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
            if written <= 0 { break }
            bytes = bytes.dropFirst(written)
        }
        abort()
    }
}
