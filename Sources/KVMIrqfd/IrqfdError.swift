// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import Workqueue

/// Why an eventfd was not assigned to an interrupt, or not taken from it.
public struct IrqfdError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case interrupted = 4
        case badFileDescriptor = 9
        case resourceBusy = 16
        case released = 19
        case timedOut = 62
    }

    private let code: Code

    /// The eventfd is assigned in this set already. The corresponding kernel constant is `EBUSY`.
    public static let resourceBusy = IrqfdError(code: .resourceBusy)

    /// The eventfd is closed. The corresponding kernel constant is `EBADF`.
    public static let badFileDescriptor = IrqfdError(code: .badFileDescriptor)

    /// The set has been released. The kernel's callers cannot meet it; its number is that of `ENODEV`.
    public static let released = IrqfdError(code: .released)

    /// The task that waited was cancelled; what the call had ended stays ended. The corresponding kernel constant is `EINTR`.
    public static let interrupted = IrqfdError(code: .interrupted)

    /// The deadline passed first; what the call had ended stays ended. The corresponding kernel constant is `ETIME`.
    public static let timedOut = IrqfdError(code: .timedOut)

    private init(code: Code) { self.code = code }

    /// Why a wait for a queue was cut short.
    init(_ error: WorkqueueError) { code = error == .interrupted ? .interrupted : .timedOut }

    /// The kernel's number for this error, as Linux has it.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .interrupted: "interrupted: the task that waited was cancelled; call it again to wait until interrupts in progress are through"
        case .badFileDescriptor: "bad file descriptor: the eventfd is closed"
        case .resourceBusy: "resource busy: the eventfd is assigned in this set already"
        case .released: "released: the set of irqfds has been released"
        case .timedOut: "timed out: the deadline has passed; call it again to wait until interrupts in progress are through"
        }
    }
}
