// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// Why an operation on an eventfd failed.
///
/// The kernel's calls return these as negative numbers; there is no structure for them.
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
        case timedOut = 62
    }

    private let code: Code

    /// The counter is zero, or has no room, and the operation may not sleep. The corresponding kernel constant is `EAGAIN`, 11.
    ///
    /// Poll, and come again when the file is ready; or use a call that waits, on a file that is not ``EventFDFile/isNonBlocking``.
    public static let wouldBlock = EventFDError(code: .wouldBlock)

    /// The largest value cannot be written; or a descriptor is none of an eventfd, or of one on which too many files stand. The corresponding
    /// kernel constant is `EINVAL`, 22.
    ///
    /// Write `UInt64.max - 1` at most. Take over only what `eventfd2` has made, and let one file serve all who wait for the same eventfd.
    public static let invalidArgument = EventFDError(code: .invalidArgument)

    /// The file, or a descriptor, is closed. The corresponding kernel constant is `EBADF`, 9.
    ///
    /// Whoever closed it has ended it for all: stop using it. Who must signal afterwards as well takes an ``EventFDContextReference`` before.
    public static let badFileDescriptor = EventFDError(code: .badFileDescriptor)

    /// The task that waited was cancelled; nothing was read or written. The corresponding kernel constant is `EINTR`, 4.
    ///
    /// Return, as a cancelled task does.
    public static let interrupted = EventFDError(code: .interrupted)

    /// The deadline came before there was something to read, or room to write; nothing was read or written. The corresponding kernel
    /// constant is `ETIME`, 62.
    ///
    /// Call again with a later deadline, or give up.
    public static let timedOut = EventFDError(code: .timedOut)

    /// This process has as many descriptors open as it may. The corresponding kernel constant is `EMFILE`, 24.
    ///
    /// Close some, or raise the limit `RLIMIT_NOFILE`.
    public static let tooManyOpenFiles = EventFDError(code: .tooManyOpenFiles)

    /// The system has as many files open as it may. The corresponding kernel constant is `ENFILE`, 23.
    ///
    /// Try again later, or have `fs.file-max` raised.
    public static let tooManyOpenFilesInSystem = EventFDError(code: .tooManyOpenFilesInSystem)

    /// The kernel has no memory for a descriptor. The corresponding kernel constant is `ENOMEM`, 12.
    ///
    /// Let go of memory, and try again.
    public static let noMemory = EventFDError(code: .noMemory)

    /// The user watches as many descriptors as they may. The corresponding kernel constant is `ENOSPC`, 28.
    ///
    /// Close files that stand on descriptors, or have `fs.epoll.max_user_watches` raised.
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
        case .interrupted: "EINTR (4): the task that waited was cancelled, and nothing was read or written; let it end"
        case .badFileDescriptor:
            "EBADF (9): the file, or the descriptor, is closed; stop using it, or signal through an EventFDContextReference that was taken before"
        case .wouldBlock:
            "EAGAIN (11): the counter is zero, or has no room, and the call may not wait; poll and come again, or use a call that waits"
        case .noMemory: "ENOMEM (12): the kernel has no memory for a descriptor; let go of memory and try again"
        case .invalidArgument:
            "EINVAL (22): this value or descriptor cannot be used; write at most UInt64.max - 1, and give the descriptor of an eventfd, to few files"
        case .tooManyOpenFilesInSystem: "ENFILE (23): the system has as many files open as it may; try again later, or raise fs.file-max"
        case .tooManyOpenFiles: "EMFILE (24): this process has as many descriptors open as it may; close some, or raise RLIMIT_NOFILE"
        case .noSpace:
            "ENOSPC (28): the user watches as many descriptors as they may; close files on descriptors, or raise fs.epoll.max_user_watches"
        case .timedOut: "ETIME (62): the deadline came first, and nothing was read or written; call again with a later one, or give up"
        }
    }
}
