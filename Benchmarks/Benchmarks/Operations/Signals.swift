// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CFloors
import EventFD
import KVMIrqfd
import WaitQueue

/// Signals that nobody, a wake function, and an irqfd hear.
func signals() {
    row("signal", prepare: OpenFile.init) { open in for _ in 0..<thousand { open.reference.signal() } }
    floor("signal.floor") { floors_lock_pairs(1000) }

    row("signal-function") {
        let open = try OpenFile()
        let entry = WaitQueueEntry { _, _, _ in .notWoken }
        _ = open.file.poll(PollTable { $0.add(entry) })
        return open
    } run: { open in
        for _ in 0..<thousand { open.reference.signal() }
    }
    floor("signal-function.floor") { floors_lock_pairs_with_a_call(1000) }

    row("signal-irqfd") {
        let set = IrqfdSet(controller: IdleController(), injectionQueue: try HeldQueue().queue)
        let open = try OpenFile()
        try set.assign(open.file, gsi: 1)
        open.reference.signal()
        return (set, open)
    } run: { _, open in
        for _ in 0..<thousand { open.reference.signal() }
    }
}
