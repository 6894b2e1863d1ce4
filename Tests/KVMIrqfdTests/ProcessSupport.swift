// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
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

/// How many objects there are in this process, of each kind.
struct Census: Equatable, CustomStringConvertible {
    var sets = KVMIrqfdDiagnostics.current.setsAlive
    var irqfds = KVMIrqfdDiagnostics.current.irqfdsAlive
    var files = EventFDDiagnostics.current.filesAlive
    var contexts = EventFDDiagnostics.current.contextsAlive
    var heads = WaitQueueDiagnostics.current.headsAlive
    var entries = WaitQueueDiagnostics.current.entriesAlive
    var queues = WorkqueueDiagnostics.current.queuesAlive
    var works = WorkqueueDiagnostics.current.worksAlive

    var description: String {
        "\(sets) sets, \(irqfds) irqfds, \(files) files, \(contexts) contexts, \(heads) heads, \(entries) entries, \(queues) queues, \(works) works"
    }
}

/// Runs a test in a process that has nothing else to do (the caller is an exit test), and waits until all it made is gone.
///
/// The closure is synchronous, so it makes the blocking calls.
func inProcessOfItsOwn(_ name: String = #function, seconds: Int = 20, _ body: () throws -> Void) rethrows {
    try withWatchdog(name, seconds: seconds) {
        _ = SingleThreadWorkqueue.system
        let before = Census()
        try body()
        // The system queue stays, and so does nothing else.
        waitUntil("everything is gone: \(before)") { Census() == before }
    }
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

#if os(Linux)
    /// How many threads of this process bear the name.
    func countThreads(named name: String) -> Int {
        var count = 0
        guard let folder = unsafe opendir("/proc/self/task") else { return 0 }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let thread = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if thread.first != ".", firstLine(of: "/proc/self/task/\(thread)/comm") == name { count += 1 }
        }
        return count
    }

    /// How many cleanup workers there are. The queue's name has 17 bytes, of which the kernel keeps 15.
    var cleanupWorkers: Int { countThreads(named: "kvm-irqfd-clean") }
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
