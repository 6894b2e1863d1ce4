// What the code blocks of the documentation speak of and do not declare themselves: the reader's own things.

import EventFD
import KVMIrqfd
import Synchronization
import WaitQueue
import Workqueue

final class Controller: InterruptController {
    func setInterrupt(_ gsi: GSI, level: Bool) {}
}

let controller = Controller()
let set = IrqfdSet(controller: controller)
let file = EventFDFile()
let doorbell = EventFDFile()
let other = EventFDFile()
let head = WaitQueueHead()
let queue = SingleThreadWorkqueue(name: "given")
let work = Work { _ in }
let token: UInt64 = 1
let received: Int32 = 0

/// A device, which has a reference of an eventfd's context.
final class Device: Sendable {
    private let reference: EventFDContextReference
    init(ringing file: EventFDFile) throws { reference = try file.makeContextReference() }
    func signal() { reference.signal() }
    func ring() { reference.signal() }
}

let device = try! Device(ringing: doorbell)
func deliver() {}
func hasHappened() -> Bool { true }
