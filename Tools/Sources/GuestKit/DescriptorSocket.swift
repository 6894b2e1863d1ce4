// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// One end of a Unix socket that carries messages, and with them open descriptors: as a vhost-user front end hands its eventfds to a
    /// device.
    ///
    /// Messages keep their bounds and their order. The receiver of a descriptor has one of its own, of the same open file.
    package final class DescriptorSocket: Sendable {
        /// What came.
        package enum Reception: Sendable {
            /// A message, with the descriptors that were sent with it; they are closed on exec.
            case message([UInt8], [OpenDescriptor])
            /// Nothing, in the time given.
            case nothing
            /// The other end is closed, and all that it sent has been received.
            case end
        }

        /// How many descriptors a message may carry.
        package static let mostDescriptors = 16
        /// How many bytes a message may have.
        package static let mostBytes = 4096

        private let descriptor: OpenDescriptor

        /// Takes over a socket that was inherited, or made by `pair`.
        package init(adopting number: Int32) {
            descriptor = OpenDescriptor(adopting: number)
        }

        /// Makes both ends, closed on exec.
        package static func pair() throws(SystemCallError) -> (DescriptorSocket, DescriptorSocket) {
            var numbers: (Int32, Int32) = (-1, -1)
            let result = unsafe withUnsafeMutableBytes(of: &numbers) { bytes in
                unsafe socketpair(AF_UNIX, seqpacket | closeOnExec, 0, bytes.assumingMemoryBound(to: Int32.self).baseAddress!)
            }
            guard result == 0 else { throw SystemCallError("socketpair", errno) }
            return (DescriptorSocket(adopting: numbers.0), DescriptorSocket(adopting: numbers.1))
        }

        /// The socket's descriptor, for a process that is to inherit it.
        package var number: Int32 { descriptor.number }

        /// Sends a message, and with it a descriptor of each of these open files. The caller keeps its own.
        ///
        /// When the other end is closed this throws EPIPE.
        package func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws(SystemCallError) {
            precondition(!bytes.isEmpty && bytes.count <= Self.mostBytes, "a message has at least one byte, and at most \(Self.mostBytes)")
            precondition(descriptors.count <= Self.mostDescriptors, "a message carries at most \(Self.mostDescriptors) descriptors")
            let code = unsafe Control.with(descriptors) { control in
                unsafe bytes.withUnsafeBytes { bytes in
                    unsafe withMessage(UnsafeMutableRawBufferPointer(mutating: bytes), control) { message in
                        retrying { unsafe sendmsg(number, &message, noSignal) }
                    }
                }
            }
            if code < 0 { throw SystemCallError("sendmsg", -code) }
        }

        /// Tells the other end that this is the end; what was sent is still received there.
        package func shutDown() {
            _ = shutdown(number, Int32(SHUT_RDWR))
        }

        /// Waits for a message, but no longer than that; without a limit, as long as it takes.
        package func receive(atMost timeout: Duration? = nil) throws(SystemCallError) -> Reception {
            guard try isReady(within: timeout) else { return .nothing }
            var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
            var descriptors: [OpenDescriptor] = []
            var isWhole = true
            let count = unsafe Control.withRoom(for: Self.mostDescriptors) { control in
                unsafe bytes.withUnsafeMutableBytes { bytes in
                    unsafe withMessage(bytes, control) { message in
                        let count = retrying { unsafe recvmsg(number, &message, closeReceivedOnExec) }
                        if count >= 0 {
                            let filled = unsafe UnsafeRawBufferPointer(rebasing: control[..<Int(message.msg_controllen)])
                            descriptors = unsafe Control.descriptors(in: filled)
                            isWhole = unsafe message.msg_flags & truncated == 0
                        }
                        return count
                    }
                }
            }
            // What the other end had not read when it was closed makes an error of the end.
            if count == 0 || count == -ECONNRESET { return .end }
            if count < 0 { throw SystemCallError("recvmsg", -count) }
            if !isWhole { throw SystemCallError("recvmsg", EMSGSIZE) }
            return .message(Array(bytes.prefix(Int(count))), descriptors)
        }

        private func isReady(within timeout: Duration?) throws(SystemCallError) -> Bool {
            guard let timeout else { return true }
            let end = ContinuousClock.now + timeout
            while true {
                // Rounded up: a look too early would be one more round.
                let left = max(.zero, end - .now)
                var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                let count = unsafe poll(&request, 1, Int32((left / .milliseconds(1)).rounded(.up)))
                if count > 0 { return true }
                if count < 0 && errno != EINTR { throw SystemCallError("poll", errno) }
                if count == 0 && end <= .now { return false }
            }
        }
    }

    /// The part of a message that carries descriptors. The C library has macros for it, which Swift cannot see.
    private enum Control {
        static func with<R>(_ descriptors: [Int32], _ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
            if descriptors.isEmpty { return unsafe body(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
            return unsafe withRoom(for: descriptors.count) { control in
                let length = headerSize + descriptors.count * MemoryLayout<Int32>.size
                let header = cmsghdr(cmsg_len: .init(length), level: SOL_SOCKET, type: rights)
                unsafe control.storeBytes(of: header, as: cmsghdr.self)
                unsafe descriptors.withUnsafeBytes { numbers in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: control[headerSize...]).copyBytes(from: numbers)
                }
                return unsafe body(control)
            }
        }

        static func withRoom<R>(for count: Int, _ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
            let size = headerSize + aligned(count * MemoryLayout<Int32>.size)
            return unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: MemoryLayout<cmsghdr>.alignment) { control in
                unsafe control.initializeMemory(as: UInt8.self, repeating: 0)
                return unsafe body(control)
            }
        }

        /// Takes over every descriptor that has come.
        static func descriptors(in control: UnsafeRawBufferPointer) -> [OpenDescriptor] {
            var found: [OpenDescriptor] = []
            var offset = 0
            while offset + headerSize <= control.count {
                let header = unsafe control.load(fromByteOffset: offset, as: cmsghdr.self)
                let end = min(offset + Int(header.cmsg_len), control.count)
                if header.cmsg_level == SOL_SOCKET && header.cmsg_type == rights {
                    for place in stride(from: offset + headerSize, to: end, by: MemoryLayout<Int32>.size) {
                        found.append(OpenDescriptor(adopting: unsafe control.load(fromByteOffset: place, as: Int32.self)))
                    }
                }
                offset += max(headerSize, aligned(Int(header.cmsg_len)))
            }
            return found
        }

        private static var rights: Int32 { Int32(SCM_RIGHTS) }
        private static var headerSize: Int { aligned(MemoryLayout<cmsghdr>.size) }
        private static func aligned(_ size: Int) -> Int {
            let unit = MemoryLayout<Int>.size
            return (size + unit - 1) / unit * unit
        }
    }

    extension cmsghdr {
        fileprivate init(cmsg_len: Int, level: Int32, type: Int32) {
            self.init()
            self.cmsg_len = .init(cmsg_len)
            cmsg_level = level
            cmsg_type = type
        }
    }

    /// Lays out a message of one part.
    private func withMessage<R>(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ control: UnsafeMutableRawBufferPointer,
        _ body: (inout msghdr) -> R
    ) -> R {
        var part = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
        return unsafe withUnsafeMutablePointer(to: &part) { part in
            var message = unsafe msghdr()
            unsafe message.msg_iov = part
            unsafe message.msg_iovlen = 1
            unsafe message.msg_control = control.baseAddress
            unsafe message.msg_controllen = .init(control.count)
            return unsafe body(&message)
        }
    }

    /// Makes a call again that a signal has interrupted; its result, or the negative error number.
    private func retrying(_ call: () -> Int) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return Int32(result) }
            if errno != EINTR { return -errno }
        }
    }

    #if canImport(Glibc)
        private let seqpacket = Int32(SOCK_SEQPACKET.rawValue)
        private let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)
    #else
        private let seqpacket = Int32(SOCK_SEQPACKET)
        private let closeOnExec = Int32(SOCK_CLOEXEC)
    #endif
    private let noSignal = Int32(MSG_NOSIGNAL)
    private let closeReceivedOnExec = Int32(MSG_CMSG_CLOEXEC)
    private let truncated = Int32(MSG_TRUNC) | Int32(MSG_CTRUNC)
#endif
