// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CFloors
import EventFD
import KVMIrqfd

/// Irqfds that come, and go in each of the three ways.
func irqfds() {
    row("assign-deassign") {
        (IrqfdSet(controller: IdleController()), EventFDFile())
    } run: { set, file in
        for _ in 0..<thousand {
            try set.assign(file, gsi: 1)
            try set.deassign(file, gsi: 1)
        }
    }
    row("assign-deassign.floor", prepare: {}) { for _ in 0..<thousand { makeLinkUnlinkAndDrop() } }

    row("release-1000", prepare: {}, beforeEach: AssignedFiles.init, run: { $0.set.release() })
    row("release-1000.floor", prepare: {}) { for _ in 0..<thousand { makeLinkUnlinkAndDrop() } }

    row("close-1000", prepare: {}, beforeEach: AssignedFiles.init) { assigned in
        for file in assigned.files { try file.close() }
    } afterEach: { assigned in
        assigned.set.release()
    }
    row("close-1000.floor", prepare: {}) { for _ in 0..<thousand { makeLinkUnlinkAndDrop() } }
}

/// What an irqfd's life is at least: an instance that comes into two lists and goes out of them, each under a lock.
private func makeLinkUnlinkAndDrop() { withExtendedLifetime(Inner.make()) { floors_lock_pairs(4) } }
