// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A machine with sixteen interrupt lines that takes interrupts and says so.
package protocol Guest: AnyObject, Sendable {
    /// Which kind of machine this is.
    var backend: Backend { get }

    /// Starts the processor; returns when the guest has programmed its interrupt controller and waits for interrupts.
    func start(observer: any GuestObserver) throws(GuestError)

    /// Raises or lowers a line, from any thread.
    func setLine(_ line: UInt32, level: Bool) throws(GuestError) -> LineOutcome

    /// Stops the processor and waits for its thread. The observer hears nothing afterwards.
    func stop()
}

/// Who is told what the guest does, on the processor's thread.
package protocol GuestObserver: AnyObject, Sendable {
    /// The guest's handler for this line runs.
    func guestTook(_ line: UInt32)

    /// The guest cannot go on.
    func guestFailed(_ error: GuestError)
}

/// The kinds of guest.
package enum Backend: String, Sendable, CaseIterable {
    /// A virtual machine on /dev/kvm with the interrupt controllers inside the kernel.
    case kvm
    /// A thread and a model of the two interrupt controllers of a PC.
    case model
}

/// What raising a line met in the interrupt controller.
package enum LineOutcome: Sendable {
    /// A request was latched: the guest will take one interrupt for it.
    case latched
    /// A request for this line was already waiting; both are taken as one.
    case merged
    /// Nothing was asked for: the line was lowered, was high already, or is masked.
    case ignored
}

/// Why a guest could not be made or go on.
package struct GuestError: Error, CustomStringConvertible {
    /// What was tried and what came of it, in one sentence.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
