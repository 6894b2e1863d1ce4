// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
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

    /// How many descriptors this process has open.
    static var openCount: Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return -1 }
        defer { unsafe _ = closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count
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
