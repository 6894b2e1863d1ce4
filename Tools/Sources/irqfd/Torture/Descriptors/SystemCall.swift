// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CLinux

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// What others do with descriptors, by number, without the library.
enum SystemCall {
    /// Adds to an eventfd; false: there was no room, or the number is that of nothing that can be written.
    static func write(_ number: Int32, _ value: UInt64) -> Bool {
        var value = value
        return unsafe write(number, bytes: &value, 8) == 8
    }

    /// Takes what an eventfd gives; nil: nothing, or the number is that of nothing that can be read.
    static func read(_ number: Int32) -> UInt64? {
        var value: UInt64 = 0
        return unsafe read(number, bytes: &value, 8) == 8 ? value : nil
    }

    static func write(_ number: Int32, bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Darwin)
            unsafe Darwin.write(number, bytes, count)
        #elseif canImport(Musl)
            unsafe Musl.write(number, bytes, count)
        #else
            unsafe Glibc.write(number, bytes, count)
        #endif
    }

    static func read(_ number: Int32, bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Darwin)
            unsafe Darwin.read(number, bytes, count)
        #elseif canImport(Musl)
            unsafe Musl.read(number, bytes, count)
        #else
            unsafe Glibc.read(number, bytes, count)
        #endif
    }

    static func close(_ number: Int32) {
        #if canImport(Darwin)
            _ = Darwin.close(number)
        #elseif canImport(Musl)
            _ = Musl.close(number)
        #else
            _ = Glibc.close(number)
        #endif
    }

    /// What poll(2) says of one descriptor.
    enum Readiness: Sendable {
        case readable
        case notReadable
        case notOpen
    }

    /// Looks, and waits for no longer than that for something to be there.
    static func readiness(of number: Int32, milliseconds: Int32 = 0) -> Readiness {
        var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&request, 1, milliseconds)
        let events = Int32(request.revents)
        return events & Int32(POLLNVAL) != 0 ? .notOpen : events & Int32(POLLIN) != 0 ? .readable : .notReadable
    }

    /// A pipe whose ends never block and are closed on exec; nil: there can be none.
    static func makePipe() -> (reader: Int32, writer: Int32)? {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutablePointer(to: &ends) { ends in
            unsafe ends.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe pipe($0) }
        }
        guard result == 0 else { return nil }
        for number in [ends.0, ends.1] {
            _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
        return ends
    }
}
