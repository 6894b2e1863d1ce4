// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Workqueue

/// How often the library has had the kernel put a thread to sleep, and wake one, so far.
struct KernelSleeps: Sendable {
    let sleeps: UInt64
    let wakes: UInt64

    static var current: KernelSleeps? {
        KernelSleeps(sleeps: WorkqueueDiagnostics.kernelWaits, wakes: WorkqueueDiagnostics.kernelWakes)
    }
}
