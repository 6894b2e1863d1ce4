// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Which context: equal for all references to one, and never given twice.
///
/// The corresponding kernel value is the `id` of an `eventfd_ctx`.
public struct EventFDContextID: Hashable, Sendable, CustomStringConvertible {
    package let serial: UInt64

    /// The number, in words.
    public var description: String { "eventfd \(serial)" }
}

extension EventFDContextID: CustomDebugStringConvertible {
    /// The number, as `EventFDContextID(eventfd 7)`.
    public var debugDescription: String { "EventFDContextID(eventfd \(serial))" }
}
