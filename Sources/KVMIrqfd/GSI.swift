// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The number of an interrupt line: a global system interrupt.
///
/// It is not checked: what a controller does with a number that it does not know is its own affair.
///
/// The corresponding kernel value is the `gsi` of a `struct kvm_irqfd`.
public struct GSI: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt32

    /// Makes a GSI from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Makes a GSI from a literal.
    public init(integerLiteral value: UInt32) { rawValue = value }

    /// The number, in words.
    public var description: String { "GSI \(rawValue)" }
}

extension GSI: CustomDebugStringConvertible {
    /// The number, as `GSI(5)`.
    public var debugDescription: String { "GSI(\(rawValue))" }
}
