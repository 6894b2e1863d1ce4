// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// An event loop of SwiftNIO on both sides of an eventfd. (Linux: the eventfds are the kernel's.)
//
// A channel reads one eventfd: what is signalled through an EventFDFile, in whatever thread, arrives in the event loop as a number. Another
// channel writes to a second eventfd: an EventFDFile on it is assigned to a set of irqfds, so what the event loop writes interrupts a machine.

#if os(Linux)
    import EventFD
    import KVMIrqfd
    import NIOCore
    import NIOPosix
    import Synchronization

    /// Adds up what the eventfd's counter was at each read, and succeeds when it is as much as was signalled.
    ///
    /// NIO reads bytes: a read of an eventfd gives the eight of its counter, in the machine's order, and makes it zero.
    final class Sum: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let goal: UInt64
        private let reached: EventLoopPromise<Int>
        private var sum: UInt64 = 0
        private var reads = 0

        init(goal: UInt64, reached: EventLoopPromise<Int>) {
            self.goal = goal
            self.reached = reached
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            while let count = bytes.readInteger(endianness: .host, as: UInt64.self) {
                sum += count
                reads += 1
            }
            if sum == goal { reached.succeed(reads) }
        }
    }

    final class Board: InterruptController {
        let raised = Atomic<Int>(0)
        func setInterrupt(_ gsi: GSI, level: Bool) {
            if level { raised.add(1, ordering: .sequentiallyConsistent) }
        }
    }

    @main
    enum NIOExample {
        static func main() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

            // From us to the event loop. Two descriptors of one eventfd: the file owns the one, and NIO closes the other.
            let outgoing = try EventFDDescriptor(flags: .nonBlocking)
            let forChannel = try outgoing.duplicate().relinquish()
            let doorbell = try EventFDFile(descriptor: outgoing)
            let reached = group.next().makePromise(of: Int.self)
            let reader = try await NIOPipeBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Sum(goal: 1000, reached: reached))
                    }
                }
                .takingOwnershipOfDescriptor(input: forChannel).get()
            for _ in 0..<1000 { try await doorbell.write(1) }
            let reads = try await reached.futureResult.get()
            print("nio: 1000 signals came to the event loop, in \(reads) reads")

            // From the event loop to us.
            let board = Board()
            let set = IrqfdSet(controller: board)
            let incoming = try EventFDDescriptor(flags: .nonBlocking)
            let forWriter = try incoming.duplicate().relinquish()
            let device = try EventFDFile(descriptor: incoming)
            try set.assign(device, gsi: 5)
            let writer = try await NIOPipeBootstrap(group: group).takingOwnershipOfDescriptor(output: forWriter).get()
            for round in 1...10 {
                var one = writer.allocator.buffer(capacity: 8)
                one.writeInteger(1, endianness: .host, as: UInt64.self)
                try await writer.writeAndFlush(one)
                while board.raised.load(ordering: .sequentiallyConsistent) < round { await Task.yield() }
            }
            print("nio: the event loop has interrupted the machine \(board.raised.load(ordering: .sequentiallyConsistent)) times")

            // Each side closes what it owns.
            try await reader.close()
            try await writer.close()
            try doorbell.close()
            try device.close()
            try await set.release()
            try await group.shutdownGracefully()
        }
    }
#else
    @main
    enum NIOExample {
        static func main() { print("nio: this system has no eventfds") }
    }
#endif
