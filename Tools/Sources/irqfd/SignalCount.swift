// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import Synchronization

/// The number of a line's last signal.
///
/// Signals of this process are counted as they begin. Those of other processes cannot be; but the kernel counts them, and so this looks at
/// the kernel's counter whenever somebody wants to know, and forgets nothing that it has seen.
final class SignalCount: Sendable {
    private struct Kernel: Sendable {
        var book = CounterBook()
        var counter: EventFDFile?
    }

    private let last = Atomic<UInt64>(0)
    /// Nil when the signals are counted as they begin.
    private let kernel: Monitor<Kernel>?

    init(ofKernel: Bool) {
        kernel = ofKernel ? Monitor(Kernel()) : nil
    }

    /// Numbers a signal of this process; to be called before it is sent.
    func begin() {
        last.wrappingAdd(1, ordering: .relaxed)
    }

    /// The number of the last signal that has begun: all that are in the counter at this moment are among them.
    func look() -> UInt64 {
        guard let kernel else { return seen }
        // Looked at and noted in one section: an old look that is noted behind `closeEpoch` would be taken for a new one.
        return kernel.update { kernel in
            if let counter = kernel.counter { kernel.book.observe(counter.count) }
            last.store(kernel.book.signals, ordering: .releasing)
            return kernel.book.signals
        }
    }

    /// The number of the last signal that anybody has looked for.
    var seen: UInt64 { last.load(ordering: .acquiring) }

    /// How often the kernel's counter was seen to have been drained since the epoch began.
    var drains: UInt64 { kernel?.read { $0.book.drains } ?? 0 }

    /// What was last seen in the kernel's counter, since the epoch began.
    var remainder: UInt64 { kernel?.read { $0.book.count } ?? 0 }

    /// From now on the signals are those in the counter of this file, which is nobody's but this object's, and of which the eventfd may be
    /// anybody's.
    func follow(_ counter: EventFDFile?) {
        kernel?.update { kernel in
            kernel.book.closeEpoch()
            kernel.counter = counter
        }
    }

    /// The irqfd has ended, and the counter has been drained.
    func closeEpoch() {
        kernel?.update { $0.book.closeEpoch() }
    }
}
