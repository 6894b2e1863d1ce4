// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// Signal, wake, enqueue, flush, read and write allocate nothing: counted over the whole process, workers included.

import CountingAllocator
import EventFD
import Glibc
import KVMIrqfd
import WaitQueue
import Workqueue

final class Controller: InterruptController {
    func setInterrupt(_ gsi: GSI, level: Bool) {}
}

let rounds = 1000
nonisolated(unsafe) var failures = 0

func expectNone(_ what: String, _ body: () throws -> Void) rethrows {
    try body()  // Once for what happens once: lazy globals, the sleeper's first system call.
    let before = allocations_so_far()
    for _ in 0..<rounds { try body() }
    let allocated = allocations_so_far() - before
    print("allocations: \(what): \(allocated) in \(rounds)")
    if allocated > 0 { failures += 1 }
}

// The counter counts: otherwise all that follows says nothing.
let beforeOne = allocations_so_far()
let one = EventFDFile()
if allocations_so_far() == beforeOne {
    print("allocations: the counter does not see the allocation of \(one)")
    exit(1)
}

let set = IrqfdSet(controller: Controller())
let file = EventFDFile()
try set.assign(file, gsi: 1)
let doorbell = try file.makeContextReference()
let head = WaitQueueHead()
let entry = WaitQueueEntry { _, _, _ in .woken }
let queue = SingleThreadWorkqueue(name: "allocations")
let work = Work { _ in }
let delayed = DelayedWork { _ in }
// The other side of a blocking read: answers every request.
let request = EventFDFile()
let answer = EventFDFile()
let responder = Work { _ in
    for _ in 0...rounds {
        _ = try? request.read()
        try? answer.write(1)
    }
}
let other = SingleThreadWorkqueue(name: "responder")

expectNone("signal, with an irqfd that injects") {
    doorbell.signal()
    SingleThreadWorkqueue.system.flush()
}
try expectNone("write and read") {
    try file.write(2)
    _ = try file.read()
}
let polled = EventFDFile()
let polledSignal = try polled.makeContextReference()
_ = try polled.withPollableDescriptor { $0 }
try expectNone("signal and read, with a pollable descriptor") {
    polledSignal.signal()
    _ = try polled.read()
}
#if os(Linux)
    let remote = try EventFDFile(descriptor: EventFDDescriptor(flags: .nonBlocking))
    try set.assign(remote, gsi: 2)
    let remoteSignal = try remote.makeContextReference()
    expectNone("signal on a descriptor, with an irqfd that injects") {
        let before = KVMIrqfdDiagnostics.current.injections
        remoteSignal.signal()
        while KVMIrqfdDiagnostics.current.injections == before { sched_yield() }
    }
#endif
expectNone("add, wake and remove") {
    head.add(entry, exclusive: true)
    head.wake(.input)
    head.remove(entry)
}
expectNone("enqueue, flush of the work, flush of the queue") {
    queue.enqueue(work)
    work.flush()
    queue.enqueue(work)
    queue.flush()
}
expectNone("enqueue after a delay, cancel") {
    queue.enqueue(delayed, after: .seconds(3600))
    delayed.cancel()
}
other.enqueue(responder)
try expectNone("blocking read, answered by another thread") {
    try request.write(1)
    _ = try answer.read()
}
set.release()
exit(failures == 0 ? 0 : 1)
