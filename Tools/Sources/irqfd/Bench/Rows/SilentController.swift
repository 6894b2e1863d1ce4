// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd

/// A controller that does nothing.
final class SilentController: InterruptController {
    func setInterrupt(_ gsi: GSI, level: Bool) {}
}
