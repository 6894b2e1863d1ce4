// Take an eventfd that another process sends over a Unix socket, and let it interrupt a machine; close it when the other process is gone.
// (Linux. Here the other side is a few lines of this program, which do what a vhost-user front end does in its process. With Musl in place of
// Glibc, SOCK_STREAM is a number by itself.)

#if canImport(Glibc)
    import EventFD
    import Glibc
    import KVMIrqfd
    import Synchronization

    /// Receives one descriptor; nil: the other side is gone, or has sent something else.
    func receiveDescriptor(from socket: Int32) -> Int32? {
        var byte: UInt8 = 0
        var control = [Int](repeating: 0, count: 4)  // Aligned for a cmsghdr, with room for one descriptor behind it.
        return withUnsafeMutableBytes(of: &byte) { payload -> Int32? in
            control.withUnsafeMutableBytes { control -> Int32? in
                var vector = iovec(iov_base: payload.baseAddress, iov_len: 1)
                return withUnsafeMutablePointer(to: &vector) { vector -> Int32? in
                    var message = msghdr()
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = numericCast(control.count)
                    guard recvmsg(socket, &message, Int32(MSG_CMSG_CLOEXEC)) == 1 else { return nil }
                    let header = control.load(as: cmsghdr.self)
                    let size = MemoryLayout<cmsghdr>.size
                    guard message.msg_controllen >= size + 4, header.cmsg_level == SOL_SOCKET, header.cmsg_type == Int32(SCM_RIGHTS)
                    else { return nil }
                    return control.load(fromByteOffset: size, as: Int32.self)
                }
            }
        }
    }

    /// Sends one descriptor; the receiver gets one of its own.
    func send(descriptor: Int32, to socket: Int32) -> Bool {
        var byte: UInt8 = 0
        var control = [Int](repeating: 0, count: 3)
        return withUnsafeMutableBytes(of: &byte) { payload in
            control.withUnsafeMutableBytes { control in
                let size = MemoryLayout<cmsghdr>.size
                var header = cmsghdr()
                header.cmsg_len = numericCast(size + 4)
                header.cmsg_level = SOL_SOCKET
                header.cmsg_type = Int32(SCM_RIGHTS)
                control.storeBytes(of: header, as: cmsghdr.self)
                control.storeBytes(of: descriptor, toByteOffset: size, as: Int32.self)
                var vector = iovec(iov_base: payload.baseAddress, iov_len: 1)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = numericCast(control.count)
                    return sendmsg(socket, &message, Int32(MSG_NOSIGNAL)) == 1
                }
            }
        }
    }

    final class Board: InterruptController {
        let raised = Atomic<Int>(0)
        func setInterrupt(_ gsi: GSI, level: Bool) {
            if level { raised.add(1, ordering: .relaxed) }
        }
    }

    var ends: [Int32] = [-1, -1]
    precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    let (socket, otherSide) = (ends[0], ends[1])

    // The other side: it makes the eventfd, sends us a descriptor of it, rings, and is gone.
    do {
        let doorbell = try EventFDDescriptor()
        precondition(send(descriptor: doorbell.number, to: otherSide))
        var one: UInt64 = 1
        precondition(write(doorbell.number, &one, 8) == 8)
        close(otherSide)
    }

    let board = Board()
    let set = IrqfdSet(controller: board)
    do {
        guard let number = receiveDescriptor(from: socket) else { preconditionFailure("no descriptor came") }
        // From the first line on the number has one owner, and from the second on that is the file.
        let descriptor = try EventFDDescriptor(adopting: number)
        let doorbell = try EventFDFile(descriptor: descriptor)
        try set.assign(doorbell, gsi: 5)

        // An eventfd never tells that the other side has gone. The socket does: it reads nothing.
        var byte: UInt8 = 0
        while read(socket, &byte, 1) > 0 {}
        // What was written before is in the kernel's counter, so it is not lost; here we wait until the machine has had it.
        while board.raised.load(ordering: .relaxed) == 0 { sched_yield() }
        try doorbell.close()
    }
    set.release()
    close(socket)
    print("Socket: the other side rang \(board.raised.load(ordering: .relaxed)) time")
#endif
