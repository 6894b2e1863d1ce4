// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why an awaited call stopped waiting before what it waits for had come.
///
/// Nothing is lost by it: what was queued runs all the same, and what the call had done before it waited stays done. Each call says what that is.
public struct WorkqueueError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case interrupted = 4
        case timedOut = 62
    }

    private let code: Code

    /// The task that waited was cancelled. The corresponding kernel constant is `EINTR`.
    public static let interrupted = WorkqueueError(code: .interrupted)

    /// The deadline passed first. The corresponding kernel constant is `ETIME`.
    public static let timedOut = WorkqueueError(code: .timedOut)

    /// The kernel's number for this error, as Linux has it.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .interrupted: "interrupted: the task that waited was cancelled; what it waited for goes on, and a later call waits for it"
        case .timedOut: "timed out: the deadline has passed; what was waited for goes on, and a later call waits for it"
        }
    }
}
