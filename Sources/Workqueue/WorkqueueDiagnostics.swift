// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// How many objects of this module are alive, and how much has run: for leak tests and tools.
///
/// Context: takes a lock for a moment; does not sleep. The numbers are exact when no other thread makes, drops or runs anything.
public struct WorkqueueDiagnostics: Sendable, Equatable {
    /// How many queues have a worker, or somebody who holds them.
    public let queuesAlive: Int

    /// How many works, delayed ones included, are alive.
    public let worksAlive: Int

    /// How many times an item has run, on all queues there are and have been.
    public let worksRun: UInt64

    /// The numbers of this moment.
    ///
    /// Complexity: O(*n*) in the number of queues.
    public static var current: WorkqueueDiagnostics {
        unsafe WorkqueueDiagnostics(
            queuesAlive: WorkqueueCore.registry.count,
            worksAlive: Int(works.load()),
            worksRun: WorkqueueCore.registry.sum { core in
                unsafe Unmanaged<WorkqueueCore>.fromOpaque(core)._withUnsafeGuaranteedRef { $0.runs.load() }
            }
        )
    }

    /// How often a thread that waits in this package, a worker or who waits for one, has gone to sleep in the kernel.
    ///
    /// Context: takes no lock; may be called anywhere.
    public static var kernelWaits: UInt64 { Parker.sleeps.load() }

    /// How often the kernel was asked to wake such a thread.
    ///
    /// Context: takes no lock; may be called anywhere.
    public static var kernelWakes: UInt64 { Parker.wakes.load() }

    static let works = StatCounter()
}
