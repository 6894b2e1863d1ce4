// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// How many objects of this module are alive: for leak tests and tools.
///
/// Context: does not block, takes no lock; may be called anywhere. The numbers are exact when no other thread makes or drops objects.
public struct WaitQueueDiagnostics: Sendable, Equatable {
    /// How many wait queue heads are alive, those inside eventfd contexts included.
    public let headsAlive: Int

    /// How many wait queue entries are alive.
    public let entriesAlive: Int

    /// The numbers of this moment.
    public static var current: WaitQueueDiagnostics {
        WaitQueueDiagnostics(headsAlive: Int(heads.load()), entriesAlive: Int(entries.load()))
    }

    static let heads = StatCounter()
    static let entries = StatCounter()
}
