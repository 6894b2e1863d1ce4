// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why an interruptible wait ended without its condition.
public struct WaitQueueError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Sendable { case interrupted }

    private let code: Code

    /// The task that waited was cancelled. The corresponding kernel constant is `EINTR`.
    public static let interrupted = WaitQueueError(code: .interrupted)

    /// The kernel's number for this error.
    public var errorNumber: Int32 { 4 }

    /// The error in words.
    public var description: String { "interrupted: the task that waited was cancelled" }
}
