// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives

/// How many objects of this module are alive, and what they have done: for leak tests and tools.
///
/// Context: takes a lock for a moment; does not sleep. The numbers are exact when no other thread makes, ends or signals anything.
public struct KVMIrqfdDiagnostics: Sendable, Equatable {
    /// How many sets are alive: held by somebody, or dropped without release and not yet shut down.
    public let setsAlive: Int

    /// How many irqfds have not been freed by their shutdown.
    public let irqfdsAlive: Int

    /// How many times an interrupt was injected.
    public let injections: UInt64

    /// How many events found an injection pending, which stands for them too.
    public let coalesced: UInt64

    /// The numbers of this moment.
    ///
    /// Complexity: O(*n*) in the number of sets.
    public static var current: KVMIrqfdDiagnostics {
        KVMIrqfdDiagnostics(
            setsAlive: sets.count,
            irqfdsAlive: Int(irqfds.load()),
            injections: sum { $0.injections.load() } + endedInjections.load(),
            coalesced: sum { $0.coalesced.load() } + endedCoalesced.load() + EventFDDiagnostics.coalesced
        )
    }

    private static func sum(_ counter: (IrqfdSetCore) -> UInt64) -> UInt64 {
        unsafe sets.sum { set in unsafe Unmanaged<IrqfdSetCore>.fromOpaque(set)._withUnsafeGuaranteedRef(counter) }
    }

    static let sets = ObjectRegistry()
    static let irqfds = StatCounter()
    static let endedInjections = StatCounter()
    static let endedCoalesced = StatCounter()
}
