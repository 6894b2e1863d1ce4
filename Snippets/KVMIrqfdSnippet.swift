// Put a set of irqfds in front of your own interrupt controller.

import EventFD
import KVMIrqfd
import Synchronization
import Workqueue

final class Board: InterruptController {
    let raised = Atomic<Int>(0)

    // Called on the injection queue, one call at a time, without any lock.
    func setInterrupt(_ gsi: GSI, level: Bool) {
        if level { raised.add(1, ordering: .relaxed) }
    }
}

let board = Board()
let injection = SingleThreadWorkqueue(name: "board")
let set = IrqfdSet(controller: board, injectionQueue: injection)
do {
    let file = EventFDFile()
    try set.assign(file, gsi: 5)

    // What a device does: it never blocks, whatever the controller takes its time for.
    let doorbell = try file.makeContextReference()
    doorbell.signal()

    // The interrupt was on its way, and deassign waits for it. Afterwards nothing reaches line 5 from here.
    try set.deassign(file, gsi: 5)
    doorbell.signal()
    precondition(board.raised.load(ordering: .relaxed) == 1)
    doorbell.put()
}

// The set first: a queue that injects for a live set cannot be shut down.
set.release()
injection.shutdown()
print("KVMIrqfd: interrupted once")
