// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import GuestKit
    import Testing

    @Suite struct DescriptorSocketTests {
        /// The bytes and descriptors of a message; nil when there was none.
        private func receive(_ socket: DescriptorSocket) throws -> (bytes: [UInt8], descriptors: [OpenDescriptor])? {
            guard case .message(let bytes, let descriptors) = try socket.receive(atMost: .seconds(10)) else { return nil }
            return (bytes, descriptors)
        }

        private func isEnd(_ reception: DescriptorSocket.Reception) -> Bool {
            if case .end = reception { true } else { false }
        }

        /// Both ends of a pipe.
        private func makePipe() throws -> (reading: OpenDescriptor, writing: OpenDescriptor) {
            var numbers: [Int32] = [-1, -1]
            try #require(unsafe pipe(&numbers) == 0)
            return (OpenDescriptor(adopting: numbers[0]), OpenDescriptor(adopting: numbers[1]))
        }

        @Test func messagesKeepTheirBoundsAndTheirOrder() throws {
            let (one, other) = try DescriptorSocket.pair()
            try one.send([1, 2, 3])
            try one.send([4])
            let first = try #require(try receive(other))
            let second = try #require(try receive(other))
            #expect(first.bytes == [1, 2, 3] && first.descriptors.isEmpty)
            #expect(second.bytes == [4])
        }

        @Test func aDescriptorArrivesAsAnotherOneOfTheSameFile() throws {
            let (one, other) = try DescriptorSocket.pair()
            let pipe = try makePipe()
            let sent = pipe.writing.number
            try one.send([7], descriptors: [sent, sent, sent])
            let message = try #require(try receive(other))
            #expect(message.bytes == [7] && message.descriptors.count == 3)
            for descriptor in message.descriptors {
                #expect(descriptor.number != sent)
                #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0, "it must not get into other programs")
                var byte = UInt8(5)
                #expect(unsafe write(descriptor.number, &byte, 1) == 1)
                byte = 0
                #expect(unsafe read(pipe.reading.number, &byte, 1) == 1 && byte == 5)
            }
        }

        @Test func whatArrivedIsClosedWithItsLastReference() throws {
            let (one, other) = try DescriptorSocket.pair()
            let pipe = try makePipe()
            try one.send([1], descriptors: [pipe.writing.number])
            var message = try receive(other)
            let number = try #require(message?.descriptors.first?.number)
            // A pipe like no other: this looks at the file behind the number, which may soon be somebody else's.
            var before = stat()
            var after = stat()
            #expect(unsafe fstat(number, &before) == 0)
            message = nil
            #expect(unsafe fstat(number, &after) != 0 || after.st_ino != before.st_ino)
        }

        @Test func asManyDescriptorsAsAMessageMayCarryArrive() throws {
            let (one, other) = try DescriptorSocket.pair()
            let pipe = try makePipe()
            let most = DescriptorSocket.mostDescriptors
            try one.send([1], descriptors: Array(repeating: pipe.reading.number, count: most))
            #expect(try receive(other)?.descriptors.count == most)
        }

        @Test func withoutAMessageTheWaitEnds() throws {
            let (one, other) = try DescriptorSocket.pair()
            let reception = try other.receive(atMost: .milliseconds(1))
            guard case .nothing = reception else {
                Issue.record("\(reception) from nowhere")
                return
            }
            try one.send([1])
            #expect(try receive(other)?.bytes == [1])
        }

        @Test func theEndComesBehindTheMessages() throws {
            let (one, other) = try DescriptorSocket.pair()
            try one.send([1])
            one.shutDown()
            #expect(try receive(other)?.bytes == [1])
            #expect(isEnd(try other.receive()))
        }

        @Test func sendingToNobodyIsAnErrorAndNoSignal() throws {
            let (one, other) = try DescriptorSocket.pair()
            other.shutDown()
            #expect(throws: SystemCallError("sendmsg", EPIPE)) { try one.send([1]) }
        }
    }
#endif
