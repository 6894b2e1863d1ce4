// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Workqueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// A queue whose worker stands in a work until `letGo()`: what is enqueued meanwhile is pending, and stays so.
final class HeldQueue: Sendable {
    let queue: SingleThreadWorkqueue
    /// The gate at which the worker stands, for a test that drops the queue meanwhile.
    let gate: Gate

    @available(*, noasync)
    init(_ name: String) {
        let entered = Gate("\(name): the worker is held")
        let gate = Gate("\(name): the worker may go on")
        queue = SingleThreadWorkqueue(name: name)
        self.gate = gate
        queue.enqueue(
            Work { _ in
                entered.open()
                gate.wait()
            }
        )
        entered.wait()
    }

    func letGo() { gate.open() }

    @available(*, noasync)
    func letGoAndShutDown() {
        letGo()
        queue.shutdown()
    }
}

/// A variable without any synchronisation of its own: the queue has to order the accesses, and ThreadSanitizer looks on.
final class Unguarded<Value: Sendable>: @unchecked Sendable {
    // @unchecked: on purpose, see above.
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// A number that any thread may change and read.
final class Counter: Sendable {
    private let number = Atomic(0)

    /// Adds, and returns the sum.
    @discardableResult
    func add(_ amount: Int = 1) -> Int { number.add(amount, ordering: .relaxed).newValue }
    func raise(to least: Int) { number.max(least, ordering: .relaxed) }
    func store(_ value: Int) { number.store(value, ordering: .relaxed) }
    var current: Int { number.load(ordering: .relaxed) }
}

/// How many are inside at once, and how many have been at most.
final class Crowd: Sendable {
    private let now = Counter()
    private let most = Counter()

    func visit(_ body: () -> Void) {
        most.raise(to: now.add(1))
        body()
        now.add(-1)
    }

    var largest: Int { most.current }
}

/// What the kernel calls the calling thread.
func currentThreadName() -> String {
    #if os(Linux)
        firstLine(of: "/proc/thread-self/comm")
    #else
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = unsafe buffer.baseAddress, unsafe pthread_getname_np(pthread_self(), start, buffer.count) == 0 else {
                return ""
            }
            return unsafe String(cString: start)
        }
    #endif
}

/// What the kernel keeps of a queue's name.
func cut(_ name: String) -> String { String(decoding: name.utf8.prefix(15), as: UTF8.self) }

/// Tells threads apart.
func currentThreadIdentity() -> UInt {
    #if canImport(Darwin)
        unsafe UInt(bitPattern: pthread_self())
    #else
        UInt(pthread_self())
    #endif
}

#if os(Linux)
    /// The threads of this process that bear the name.
    func threads(named name: String) -> [String] {
        var found: [String] = []
        guard let folder = unsafe opendir("/proc/self/task") else { return [] }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let thread = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if thread.first != ".", firstLine(of: "/proc/self/task/\(thread)/comm") == name { found.append(thread) }
        }
        return found
    }

    /// Waits until the one thread of that name sleeps in the kernel.
    @available(*, noasync)
    func waitUntilThreadSleeps(named name: String) {
        waitUntil("the thread \"\(name)\" sleeps") {
            let found = threads(named: name)
            guard found.count == 1, let thread = found.first else { return false }
            return (0..<3).allSatisfy { _ in
                sched_yield()
                let stat = firstLine(of: "/proc/self/task/\(thread)/stat")
                guard let parenthesis = stat.lastIndex(of: ")") else { return false }
                return stat[parenthesis...].dropFirst(2).first == "S"
            }
        }
    }
#endif

/// The first line of a small file of the kernel's.
private func firstLine(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return "" }
    defer { close(descriptor) }
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { buffer in
        let length = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if length <= 0 { return "" }
        let bytes = unsafe Array(buffer[..<length])
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

/// Runs a synchronous test, of which an exit test's closure would pick the asynchronous calls.
func inSynchronousCode(_ name: String = #function, _ body: () -> Void) { withWatchdog(name) { body() } }
