// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd

/// Interrupts nobody.
final class IdleController: InterruptController {
    func setInterrupt(_ gsi: GSI, level: Bool) {}
}
