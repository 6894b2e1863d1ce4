// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Foundation
import KVMIrqfd
import Workqueue

final class Controller: InterruptController {
    func setInterrupt(_ gsi: GSI, level: Bool) {}
}

func processorNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

let set = IrqfdSet(controller: Controller())
let file = EventFDFile()
try set.assign(file, gsi: 1)
try file.write(1)
SingleThreadWorkqueue.system.flush()
#if os(Linux)
    // A thousand files on descriptors, with an irqfd each, that one thread waits for.
    let devices = try (0..<1000).map { _ in try EventFDFile(descriptor: EventFDDescriptor()) }
    for (index, device) in devices.enumerated() { try set.assign(device, gsi: GSI(rawValue: UInt32(index))) }
    for device in devices { try device.write(1) }
    while KVMIrqfdDiagnostics.current.injections < 1001 { sched_yield() }
    let what = "with a set, the system queue, the cleanup queue, and a thousand descriptors"
#else
    let what = "with a set, the system queue and the cleanup queue"
#endif
// The one place where time must pass: what is measured is that nothing happens in it.
sleep(1)
let before = processorNanoseconds()
sleep(5)
let used = processorNanoseconds() - before
set.release()
print("idle: \(used / 1000) µs of processor time in 5 s, \(what)")
exit(used < 1_000_000 ? 0 : 1)
