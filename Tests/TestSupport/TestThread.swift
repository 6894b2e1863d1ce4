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

/// A real thread of a test, known by name to the watchdog. `join()` returns what its body returned.
package final class TestThread<Value: Sendable>: Sendable {
    package let name: String
    private let record: ThreadRecord
    private let result = Guarded<Value?>(nil)
    private let thread: KernelThread
    private let isJoined = Guarded(false)

    package init(_ name: String, _ body: @escaping @Sendable () -> Value) {
        let watchdog = Watchdog.current
        let record = watchdog?.record(of: name) ?? ThreadRecord(name: name)
        let result = result
        self.name = name
        self.record = record
        thread = KernelThread(name: name) {
            record.begin(folder: currentThreadFolder())
            Watchdog.$current.withValue(watchdog) {
                ThreadRecord.$current.withValue(record) {
                    let value = body()
                    result.withLock { $0 = value }
                }
            }
            record.finish()
        }
    }

    deinit {
        // A test that left by an error: let the thread end by itself.
        if !isJoined.current { thread.detach() }
    }

    /// Whether the body has returned.
    package var isFinished: Bool { record.isFinished }

    /// Waits for the end of the thread.
    @available(*, noasync, message: "this blocks the thread; in a task use waitUntil(_:_:) with isFinished")
    @discardableResult
    package func join() -> Value {
        isJoined.withLock { $0 = true }
        inStep("join of \"\(name)\"") { thread.join() }
        guard let value = result.current else { fatalError("the thread \"\(name)\" ended without a result") }
        return value
    }

    /// Waits until the thread sleeps in the kernel inside `inStep(step) { … }`, or has ended.
    ///
    /// After it a test says "it has not returned": true of a call that blocks, however slow the machine.
    @available(*, noasync, message: "this blocks the thread")
    package func waitUntilAsleep(in step: String) {
        waitUntil("\"\(name)\" sleeps in \(step)") { isFinished || isAsleep(in: step) }
    }

    /// The same in a task.
    package func waitUntilAsleep(in step: String) async {
        await waitUntil("\"\(name)\" sleeps in \(step)") { isFinished || isAsleep(in: step) }
    }

    private func isAsleep(in step: String) -> Bool {
        #if os(Linux)
            guard record.step == step, let folder = record.folder else { return false }
            // Three times, so that a short sleep on the way (a lock inside malloc) is hardly taken for the one that is meant.
            for _ in 0..<3 {
                if !isThreadAsleep(folder: folder) || record.isInPassing { return false }
                sched_yield()
            }
            return true
        #else
            for _ in 0..<10_000 { sched_yield() }
            return record.step == step
        #endif
    }
}

/// Where the kernel tells about the calling thread.
private func currentThreadFolder() -> String? {
    #if os(Linux)
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = unsafe readlink("/proc/thread-self", base, buffer.count)
            if length <= 0 { return nil }
            return unsafe "/proc/" + String(decoding: buffer[..<length], as: UTF8.self)
        }
    #else
        nil
    #endif
}

/// Whether the state in the thread's `stat`, the letter after the name in parentheses, is S.
private func isThreadAsleep(folder: String) -> Bool {
    let descriptor = unsafe open(folder + "/stat", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return false }
    defer { close(descriptor) }
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
        let length = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if length <= 0 { return false }
        let text = unsafe buffer[..<length]
        guard let parenthesis = unsafe text.lastIndex(of: UInt8(ascii: ")")), unsafe parenthesis + 2 < text.endIndex else { return false }
        return unsafe text[parenthesis + 2] == UInt8(ascii: "S")
    }
}
