// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Synchronization

/// The interrupt controllers of one of our machines: they know the lines 0 to 15, and remember which was raised.
final class LineRecorder: InterruptController {
    private let raised = Atomic<UInt16>(0)

    func setInterrupt(_ gsi: GSI, level: Bool) {
        if level, gsi.rawValue < 16 { raised.bitwiseOr(1 << UInt16(gsi.rawValue), ordering: .relaxed) }
    }

    /// The lines since the last time, a bit each.
    func take() -> UInt16 { raised.exchange(0, ordering: .relaxed) }
}
