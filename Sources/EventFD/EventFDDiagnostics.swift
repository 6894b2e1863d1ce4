// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

/// How many objects of this module are alive, and how often they were signalled: for leak tests and tools.
///
/// Context: takes a lock for a moment; does not sleep. The numbers are exact when no other thread makes, drops or signals anything.
public struct EventFDDiagnostics: Sendable, Equatable {
    /// How many ``EventFDFile`` objects are alive.
    public let filesAlive: Int

    /// How many contexts have not ended.
    public let contextsAlive: Int

    /// How many descriptors this module has open: those that files own, and, while any file stands on one, three of the thread that hears
    /// of their events. (Those in ``EventFDDescriptor`` values count too.)
    public let descriptorsOpen: Int

    /// How many calls of ``EventFDContextReference/signal(_:)`` there have been.
    public let signals: UInt64

    /// The numbers of this moment.
    ///
    /// Complexity: O(*n*) in the number of contexts.
    public static var current: EventFDDiagnostics {
        EventFDDiagnostics(
            filesAlive: Int(files.load()),
            contextsAlive: contexts.count,
            descriptorsOpen: Int(descriptors.load()),
            signals: sum { $0.signals.load() }
        )
    }

    /// How many events found the inject of an irqfd pending, of all contexts there are and have been.
    package static var coalesced: UInt64 {
        // The counters of the ended ones are no part of the registry's total.
        unsafe contexts.sumOfLiving { head in
            unsafe Unmanaged<WaitQueueHead>.fromOpaque(head)._withUnsafeGuaranteedRef { $0.coalesced.load() }
        } &+ endedCoalesced.load()
    }

    private static func sum(_ counter: (WaitQueueHead) -> UInt64) -> UInt64 {
        unsafe contexts.sum { head in unsafe Unmanaged<WaitQueueHead>.fromOpaque(head)._withUnsafeGuaranteedRef(counter) }
    }

    static let endedCoalesced = StatCounter()
    static let files = StatCounter()
    static let descriptors = StatCounter()
    static let contexts = ObjectRegistry()
}
