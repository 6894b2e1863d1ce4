// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// Something with a descriptor that has nothing to do with the library. What is in it is known, and must not change.
struct Stranger {
    enum Kind: CaseIterable, Sendable {
        case emptyEventFD
        case fullEventFD
        case pipe
    }

    /// What somebody has done to it.
    enum Harm: String, Sendable {
        case written = "written to"
        case read
        case closed
    }

    let kind: Kind
    let number: Int32
    /// The other end of the pipe.
    let writer: Int32
    /// The pipe that it is, so that another one under its number is not mistaken for it.
    private let identity: UInt64

    private static var count: UInt64 { 7 }
    private static var byte: UInt8 { 0x5A }

    /// Opens one; nil: there can be none.
    init?(_ kind: Kind) {
        #if os(Linux)
            self.kind = kind
        #else
            self.kind = .pipe
        #endif
        switch self.kind {
        case .emptyEventFD, .fullEventFD:
            #if os(Linux)
                let value = UInt32(kind == .emptyEventFD ? 0 : Self.count)
                do throws(EventFDError) {
                    number = try EventFDDescriptor(initialValue: value, flags: .nonBlocking).relinquish()
                } catch {
                    return nil
                }
                (writer, identity) = (-1, 0)
            #else
                return nil
            #endif
        case .pipe:
            guard let ends = SystemCall.makePipe() else { return nil }
            (number, writer) = ends
            identity = Self.identity(of: number)
            var byte = Self.byte
            _ = unsafe SystemCall.write(writer, bytes: &byte, 1)
        }
    }

    /// Looks at what is in it, takes that out, and closes it. What somebody else has done to it meanwhile; nil: nothing.
    func close() -> Harm? {
        defer {
            SystemCall.close(number)
            if writer >= 0 { SystemCall.close(writer) }
        }
        switch kind {
        case .emptyEventFD:
            if SystemCall.read(number) != nil { return .written }
            return errno == EAGAIN ? nil : .closed
        case .fullEventFD:
            if let value = SystemCall.read(number) { return value == Self.count ? nil : value > Self.count ? .written : .read }
            return errno == EAGAIN ? .read : .closed
        case .pipe:
            if Self.identity(of: number) != identity || Self.identity(of: writer) != identity { return .closed }
            var bytes: (UInt8, UInt8) = (0, 0)
            let length = unsafe SystemCall.read(number, bytes: &bytes, 2)
            return length <= 0 ? .read : length == 1 && bytes.0 == Self.byte ? nil : .written
        }
    }

    private static func identity(of number: Int32) -> UInt64 {
        var information = stat()
        return unsafe fstat(number, &information) == 0 ? UInt64(information.st_ino) : 0
    }
}
