// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// A device signals, a machine is interrupted, and either side ends: in Embedded Swift, without its runtime library. Each step prints a line
// and checks what it says. Package.swift beside this builds it; .ci/embedded shows how to compile and link it by hand, and runs it.

// For exit: Embedded Swift has no Glibc module. In your package, a C target with a header that includes <stdlib.h>.
import CKernelPrimitives
import EventFD
import KVMIrqfd
import Synchronization
import Workqueue

final class Board: InterruptController {
    let raised = Atomic<Int>(0)
    let isHigh = Atomic<Bool>(false)

    // Called on the injection queue, one call at a time, without any lock.
    func setInterrupt(_ gsi: GSI, level: Bool) {
        if gsi != 5 { return }
        isHigh.store(level, ordering: .relaxed)
        if level { raised.add(1, ordering: .relaxed) }
    }
}

/// Embedded Swift throws typed errors only: what could throw either of two types is asked with `try?`.
func run() -> Bool {
    let board = Board()
    let injection = SingleThreadWorkqueue(name: "board")
    let device = SingleThreadWorkqueue(name: "device")
    let set = IrqfdSet(controller: board, injectionQueue: injection)
    let (file, other) = (EventFDFile(), EventFDFile())

    if (try? set.assign(file, gsi: 5)) == nil { return failed("assign") }
    print("assign: the eventfd is on line 5")

    guard let doorbell = try? file.makeContextReference() else { return failed("makeContextReference") }
    doorbell.signal()
    // What was on its way to the board when this is called has arrived when it returns.
    injection.flush()
    if board.raised.load(ordering: .relaxed) != 1 || board.isHigh.load(ordering: .relaxed) { return failed("signal") }
    print("signal: one interrupt, an edge")

    // From another thread, and faster than the board takes interrupts: several events may share one, and none is forgotten.
    let ring = Work { [doorbell = Doorbell(doorbell.duplicate())] _ in
        for _ in 0..<1000 { doorbell.reference.signal() }
    }
    device.enqueue(ring)
    ring.flush()
    injection.flush()
    let raised = board.raised.load(ordering: .relaxed)
    if raised < 2 || raised > 1001 || file.count != 1001 { return failed("signals from a thread") }
    print("signal: a thousand more from another thread, and the board has heard of them")

    if (try? file.close()) == nil { return failed("close") }
    // A barrier, whatever it matches: the irqfd that the close has hung up is gone.
    if (try? set.deassign(other, gsi: 5)) != false || KVMIrqfdDiagnostics.current.irqfdsAlive != 0 { return failed("hang-up") }
    print("close: the irqfd has ended by itself")

    // The context outlives the file as long as somebody has a reference, and interrupts nobody any more.
    doorbell.signal()
    doorbell.put()
    injection.flush()
    if board.raised.load(ordering: .relaxed) != raised { return failed("signal after the close") }
    print("signal: nobody listens")

    set.release()
    if (try? set.assign(other, gsi: 5)) != nil { return failed("release") }
    print("release: nobody calls the board any more")

    device.shutdown()
    injection.shutdown()
    return true
}

/// A reference cannot be copied, and a closure that is called more than once cannot own it alone.
final class Doorbell: Sendable {
    let reference: EventFDContextReference
    init(_ reference: consuming EventFDContextReference) { self.reference = reference }
}

func failed(_ step: StaticString) -> Bool {
    print("FAILED: \(step)")
    return false
}

if !run() { exit(1) }
let (machines, eventfds) = (KVMIrqfdDiagnostics.current, EventFDDiagnostics.current)
if machines.setsAlive != 0 || machines.irqfdsAlive != 0 || eventfds.filesAlive != 0 || eventfds.contextsAlive != 0 { exit(2) }
print("everything is gone")
