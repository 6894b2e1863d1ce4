// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// Why an operation on an eventfd failed.
public struct EventFDError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case interrupted = 4
        case badFileDescriptor = 9
        case wouldBlock = 11
        case noMemory = 12
        case invalidArgument = 22
        case tooManyOpenFilesInSystem = 23
        case tooManyOpenFiles = 24
        case noSpace = 28
    }

    private let code: Code

    /// The counter is zero, or has no room, and the operation may not sleep. The corresponding kernel constant is `EAGAIN`.
    public static let wouldBlock = EventFDError(code: .wouldBlock)

    /// The largest value cannot be written; or a descriptor is none of an eventfd. The corresponding kernel constant is `EINVAL`.
    public static let invalidArgument = EventFDError(code: .invalidArgument)

    /// The file, or a descriptor, is closed. The corresponding kernel constant is `EBADF`.
    public static let badFileDescriptor = EventFDError(code: .badFileDescriptor)

    /// The task that waited was cancelled; nothing was read or written. The corresponding kernel constant is `EINTR`.
    public static let interrupted = EventFDError(code: .interrupted)

    /// This process has as many descriptors open as it may. The corresponding kernel constant is `EMFILE`.
    public static let tooManyOpenFiles = EventFDError(code: .tooManyOpenFiles)

    /// The system has as many files open as it may. The corresponding kernel constant is `ENFILE`.
    public static let tooManyOpenFilesInSystem = EventFDError(code: .tooManyOpenFilesInSystem)

    /// The kernel has no memory for a descriptor. The corresponding kernel constant is `ENOMEM`.
    public static let noMemory = EventFDError(code: .noMemory)

    /// The user watches as many descriptors as they may. The corresponding kernel constant is `ENOSPC`.
    public static let noSpace = EventFDError(code: .noSpace)

    private init(code: Code) { self.code = code }

    /// What a system call that makes a descriptor, or watches one, gave as its error.
    init(systemError: Int32) {
        code =
            switch systemError {
            case EBADF: .badFileDescriptor
            case EINVAL: .invalidArgument
            case EMFILE: .tooManyOpenFiles
            case ENFILE: .tooManyOpenFilesInSystem
            case ENOSPC: .noSpace
            default: .noMemory
            }
    }

    /// The kernel's number for this error, as Linux has it.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .interrupted: "interrupted: the task that waited was cancelled"
        case .badFileDescriptor: "bad file descriptor: the eventfd, or the descriptor, is closed"
        case .wouldBlock: "would block: the counter is zero, or has no room"
        case .noMemory: "no memory: the kernel has none for a descriptor"
        case .invalidArgument: "invalid argument: the largest value cannot be written, and a descriptor must be one of an eventfd"
        case .tooManyOpenFilesInSystem: "too many open files in the system"
        case .tooManyOpenFiles: "too many open files: this process has as many descriptors open as it may"
        case .noSpace: "no space: this user watches as many descriptors as they may"
        }
    }
}
