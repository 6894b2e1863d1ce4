// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Synchronization

/// What all threads of a run share.
final class Arena: Sendable {
    let violations = Violations()
    let tally = Tally()
    private let lastGSI = Atomic<UInt32>(0)

    /// A GSI for one assign. It is given once in a run (but for runs of some billions), and so tells late injections apart from new ones.
    func nextGSI() -> GSI { GSI(rawValue: lastGSI.wrappingAdd(1, ordering: .relaxed).newValue & ~Self.strange) }

    /// Makes a GSI that no assign has.
    func strangeGSI(for gsi: GSI) -> GSI { GSI(rawValue: gsi.rawValue | Self.strange) }

    private static let strange: UInt32 = 1 << 31
}
