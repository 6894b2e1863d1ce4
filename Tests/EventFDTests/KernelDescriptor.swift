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

/// What the other side of a descriptor does: system calls, by number.
enum KernelDescriptor {
    /// What poll(2) says at this moment.
    static func ready(_ number: Int32, _ events: Int32 = Int32(POLLIN | POLLOUT)) -> Int32 {
        var request = pollfd(fd: number, events: Int16(events), revents: 0)
        precondition(unsafe poll(&request, 1, 0) >= 0)
        return Int32(request.revents)
    }

    static func isReadable(_ number: Int32) -> Bool { ready(number, Int32(POLLIN)) & Int32(POLLIN) != 0 }

    /// Sleeps until it is readable.
    static func waitUntilReadable(_ number: Int32) {
        var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&request, 1, -1) != 1 {}
    }

    static func isOpen(_ number: Int32) -> Bool { fcntl(number, F_GETFD) >= 0 }

    /// False: it could not be written.
    @discardableResult
    static func write(_ number: Int32, _ value: UInt64) -> Bool {
        var value = value
        return unsafe writeBytes(number, &value) == 8
    }

    /// Nil: it could not be read.
    static func read(_ number: Int32) -> UInt64? {
        var value: UInt64 = 0
        return unsafe readBytes(number, &value) == 8 ? value : nil
    }

    static func setBlocking(_ number: Int32, _ isBlocking: Bool) {
        let flags = fcntl(number, F_GETFL)
        precondition(fcntl(number, F_SETFL, isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) >= 0)
    }

    static func shut(_ number: Int32) { closeNumber(number) }

    /// The names of all threads of this process, cut as the kernel does.
    static var namesOfThreads: [String] {
        guard let folder = unsafe opendir("/proc/self/task") else { return [] }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let number = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard let file = unsafe fopen("/proc/self/task/\(number)/comm", "r") else { continue }
            var line = [CChar](repeating: 0, count: 32)
            if unsafe fgets(&line, 32, file) != nil {
                names.append(String(decoding: line.prefix { $0 != 10 && $0 != 0 }.map { UInt8($0) }, as: UTF8.self))
            }
            unsafe _ = fclose(file)
        }
        return names
    }
}

/// Both ends of a pipe, which closes when this goes.
struct PipeEnds: ~Copyable {
    let reader: Int32
    let writer: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(unsafe pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        closeNumber(reader)
        closeNumber(writer)
    }
}

private func writeBytes(_ number: Int32, _ value: UnsafePointer<UInt64>) -> Int { unsafe write(number, value, 8) }
private func readBytes(_ number: Int32, _ value: UnsafeMutablePointer<UInt64>) -> Int { unsafe read(number, value, 8) }
private func closeNumber(_ number: Int32) { _ = close(number) }

func readByte(_ number: Int32, _ byte: UnsafeMutablePointer<UInt8>) -> Int { unsafe read(number, byte, 1) }

#if canImport(Glibc)
    let noFileLimit = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    let noFileLimit = RLIMIT_NOFILE
#endif
