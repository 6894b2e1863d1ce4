// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why an eventfd was not assigned to an interrupt, or not taken from it.
public struct IrqfdError: Error, Equatable, Sendable, CustomStringConvertible {
    private enum Code: Int32, Sendable {
        case badFileDescriptor = 9
        case resourceBusy = 16
        case released = 19
    }

    private let code: Code

    /// The eventfd is assigned in this set already. The corresponding kernel constant is `EBUSY`.
    public static let resourceBusy = IrqfdError(code: .resourceBusy)

    /// The eventfd is closed. The corresponding kernel constant is `EBADF`.
    public static let badFileDescriptor = IrqfdError(code: .badFileDescriptor)

    /// The set has been released. The kernel's callers cannot meet it; its number is that of `ENODEV`.
    public static let released = IrqfdError(code: .released)

    /// The kernel's number for this error.
    public var errorNumber: Int32 { code.rawValue }

    /// The error in words.
    public var description: String {
        switch code {
        case .badFileDescriptor: "bad file descriptor: the eventfd is closed"
        case .resourceBusy: "resource busy: the eventfd is assigned in this set already"
        case .released: "released: the set of irqfds has been released"
        }
    }
}
