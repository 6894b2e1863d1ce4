// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    /// The other side of a kernel's eventfd: it has a descriptor of its own, makes system calls, and knows of no file.
    final class Peer: Sendable {
        private let descriptor: EventFDDescriptor
        private let event: EventBook
        private let tally: Tally

        init(_ descriptor: consuming EventFDDescriptor, _ event: EventBook, _ tally: Tally) {
            self.descriptor = descriptor
            self.event = event
            self.tally = tally
        }

        /// Adds to the counter; the number of that write, or nil if there was no room.
        @discardableResult
        func write(_ value: UInt64) -> UInt64? {
            let number = event.beginSignal()
            let isWritten = SystemCall.write(descriptor.number, value)
            event.endSignal()
            if !isWritten { return nil }
            tally.remoteWrites.add()
            return number
        }

        /// Of an eventfd that does not block: takes what it gives, if it gives anything.
        func read() -> UInt64? { SystemCall.read(descriptor.number) }

        /// Takes everything there is.
        func readAll() -> UInt64 {
            var sum: UInt64 = 0
            while let value = read() { sum &+= value }
            return sum
        }

        /// The descriptor, for somebody who waits for it.
        func lend<Result>(_ body: (Int32) -> Result) -> Result { body(descriptor.number) }

        /// A peer with one more descriptor of the same eventfd.
        func duplicate() throws(EventFDError) -> Peer { Peer(try descriptor.duplicate(), event, tally) }
    }
#endif
