// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why an operation on an eventfd failed.
public struct EventFDError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case interrupted = 4
        case badFileDescriptor = 9
        case wouldBlock = 11
        case invalidArgument = 22
    }

    private let code: Code

    /// The counter is zero, or has no room, and the operation may not sleep. The corresponding kernel constant is `EAGAIN`.
    public static let wouldBlock = EventFDError(code: .wouldBlock)

    /// The largest value cannot be written. The corresponding kernel constant is `EINVAL`.
    public static let invalidArgument = EventFDError(code: .invalidArgument)

    /// The file is closed. The corresponding kernel constant is `EBADF`.
    public static let badFileDescriptor = EventFDError(code: .badFileDescriptor)

    /// The task that waited was cancelled; nothing was read or written. The corresponding kernel constant is `EINTR`.
    public static let interrupted = EventFDError(code: .interrupted)

    /// The kernel's number for this error, as Linux has it.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .interrupted: "interrupted: the task that waited was cancelled"
        case .badFileDescriptor: "bad file descriptor: the eventfd is closed"
        case .wouldBlock: "would block: the counter is zero, or has no room"
        case .invalidArgument: "invalid argument: the largest value cannot be written"
        }
    }
}
