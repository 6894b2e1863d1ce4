// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why an interruptible wait ended without its condition.
///
/// The kernel's wait macros return these as negative numbers; there is no structure for them.
public struct WaitQueueError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case interrupted = 4
        case timedOut = 62
    }

    private let code: Code

    /// The task that waited was cancelled. The corresponding kernel constant is `EINTR`, 4.
    ///
    /// The condition did not hold when it was looked at for the last time. Return, as a cancelled task does.
    public static let interrupted = WaitQueueError(code: .interrupted)

    /// The deadline came before the condition held. The corresponding kernel constant is `ETIME`, 62.
    ///
    /// The condition did not hold when it was looked at for the last time, after the deadline. Wait again with a later one, or give up.
    public static let timedOut = WaitQueueError(code: .timedOut)

    private init(code: Code) { self.code = code }

    /// The kernel's number for this error, as Linux has it.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .interrupted: "EINTR (4): the task that waited was cancelled; let it end, or wait in a task that is not cancelled"
        case .timedOut: "ETIME (62): the deadline came before the condition held; wait again with a later deadline, or give up"
        }
    }
}
