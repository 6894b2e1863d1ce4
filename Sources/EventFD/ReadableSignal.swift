// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

#if os(Linux)
    typealias ReadableSignal = EventFDSignal

    /// A descriptor that is readable or not, as it is told: an eventfd of the kernel's, with nothing or one in it.
    struct EventFDSignal: ~Copyable {
        private let descriptor: EventFDDescriptor
        private(set) var isSet = false

        init() throws(EventFDError) { descriptor = try EventFDDescriptor(flags: .nonBlocking) }

        var number: Int32 { descriptor.number }

        /// False: it was not as it had been left.
        mutating func set(_ isReadable: Bool) -> Bool {
            isSet = isReadable
            var value: UInt64 = 1
            if isReadable { return unsafe write(descriptor.number, &value, 8) == 8 }
            return unsafe read(descriptor.number, &value, 8) == 8 && value == 1
        }
    }
#else
    typealias ReadableSignal = PipeSignal
#endif

/// A descriptor that is readable or not, as it is told: one end of a pipe, with nothing or a byte in it.
///
/// For systems without eventfds. Tests run it on Linux; on macOS it has not been run.
package struct PipeSignal: ~Copyable {
    private let reader: OwnedDescriptor
    private let writer: OwnedDescriptor
    package private(set) var isSet = false

    package init() throws(EventFDError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutablePointer(to: &ends) { ends in
            unsafe ends.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe pipe($0) }
        }
        if result < 0 { throw EventFDError(systemError: kp_errno()) }
        reader = OwnedDescriptor(adopting: ends.0)
        writer = OwnedDescriptor(adopting: ends.1)
        kp_close_on_exec_and_never_block(ends.0)
        kp_close_on_exec_and_never_block(ends.1)
    }

    package var number: Int32 { reader.number }

    /// False: it was not as it had been left.
    package mutating func set(_ isReadable: Bool) -> Bool {
        isSet = isReadable
        var byte: (UInt8, UInt8) = (1, 0)
        if isReadable { return unsafe write(writer.number, &byte, 1) == 1 }
        return unsafe read(reader.number, &byte, 2) == 1
    }
}
