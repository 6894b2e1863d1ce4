// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd

/// Interrupts nobody.
public final class IdleController: InterruptController {
    public init() {}

    public func setInterrupt(_ gsi: GSI, level: Bool) {}
}
