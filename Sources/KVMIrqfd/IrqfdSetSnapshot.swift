// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import EventFD
internal import KernelPrimitives

/// What a set of irqfds was at one moment: for people who look for what hangs, and for tests.
///
/// It is a copy, and keeps nothing alive. ``IrqfdSet/snapshot()`` takes one. There is no corresponding kernel structure.
public struct IrqfdSetSnapshot: Sendable, Hashable, CustomStringConvertible {
    /// An irqfd that is active.
    public struct Irqfd: Sendable, Hashable, CustomStringConvertible {
        /// The interrupt.
        public let gsi: GSI

        /// The eventfd that interrupts.
        public let eventFD: EventFDContextID

        /// Whether an injection is queued and has not begun.
        public let isInjectionPending: Bool

        /// How many events found the injection pending, which stands for them too.
        public let coalesced: UInt64

        /// The irqfd in words.
        public var description: String {
            "\(gsi) from \(eventFD)" + (isInjectionPending ? ", injection pending" : "") + (coalesced > 0 ? ", \(coalesced) coalesced" : "")
        }
    }

    /// The number of the set, as in reports of misuse.
    public let number: UInt64

    /// Whether the release has begun.
    public let isReleased: Bool

    /// The active irqfds, in the order of their assignment.
    public let irqfds: [Irqfd]

    /// How many irqfds are on their way from their deactivation to their end.
    public let shuttingDown: Int

    /// How many assigns are between their beginning and their end.
    public let assignsInProgress: Int

    /// How many times an interrupt was injected.
    public let injections: UInt64

    /// How many events found an injection pending, which stands for them too. Those of an irqfd that is being shut down are added when that is over.
    public let coalesced: UInt64

    /// A line for the set, and one for each irqfd.
    public var description: String {
        var text = "IrqfdSet \(number): " + listed(parts)
        for irqfd in irqfds { text += "\n  " + irqfd.description }
        return text
    }

    /// What it is, in a few words.
    var parts: [String] {
        var parts = [isReleased ? "released" : "live", counted(irqfds.count, "irqfd")]
        if shuttingDown > 0 { parts.append("\(shuttingDown) shutting down") }
        if assignsInProgress > 0 { parts.append(counted(assignsInProgress, "assign") + " in progress") }
        parts.append(counted(injections, "injection"))
        parts.append("\(coalesced) coalesced")
        return parts
    }
}
