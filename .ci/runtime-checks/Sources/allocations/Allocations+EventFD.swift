// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CheckSupport
import EventFD
import Glibc
import KVMIrqfd
import WaitQueue
import Workqueue

extension Allocations {
    mutating func signals() throws {
        let file = EventFDFile()
        let reference = try file.makeContextReference()
        expectNone("signal") { reference.signal() }
        let entry = WaitQueueEntry { _, _, _ in .notWoken }
        _ = file.poll(PollTable { $0.add(entry) })
        expectNone("signal, with a wake function") { reference.signal() }
    }

    mutating func signalsWithIrqfds() throws {
        let set = IrqfdSet(controller: IdleController())
        defer { set.release() }
        let file = EventFDFile()
        try set.assign(file, gsi: 1)
        let reference = try file.makeContextReference()
        expectNone("signal, with an irqfd that injects") {
            reference.signal()
            SingleThreadWorkqueue.system.flush()
        }
        let held = try HeldQueue()
        let heldSet = IrqfdSet(controller: IdleController(), injectionQueue: held.queue)
        try heldSet.assign(file, gsi: 2)
        expectNone("signal, with an irqfd whose injection is pending") { reference.signal() }
        try held.letGo()
        heldSet.release()
        #if os(Linux)
            let remote = try EventFDFile(descriptor: EventFDDescriptor(flags: .nonBlocking))
            try set.assign(remote, gsi: 3)
            let remoteReference = try remote.makeContextReference()
            expectNone("signal on a descriptor, with an irqfd that injects") {
                let before = KVMIrqfdDiagnostics.current.injections
                remoteReference.signal()
                while KVMIrqfdDiagnostics.current.injections == before { sched_yield() }
            }
        #endif
        let another = EventFDFile()
        try report("assign and deassign") {
            try set.assign(another, gsi: 4)
            try set.deassign(another, gsi: 4)
        }
    }

    mutating func readsAndWrites() throws {
        let file = EventFDFile()
        try expectNone("write and read") {
            try file.write(2)
            _ = try file.read()
        }
        try expectNone("a write and a read that do not wait") {
            try file.tryWrite(2)
            _ = try file.tryRead()
        }
        expectNone("a read that has nothing to read") {
            do { _ = try file.tryRead() } catch {}
        }
        let pollable = EventFDFile()
        let signal = try pollable.makeContextReference()
        _ = try pollable.withPollableDescriptor { $0 }
        try expectNone("signal and read, with a pollable descriptor") {
            signal.signal()
            _ = try pollable.read()
        }
    }

    mutating func polls() {
        let file = EventFDFile()
        expectNone("poll") { _ = file.poll() }
        expectNone("count") { _ = file.count }
        let entry = WaitQueueEntry { _, _, _ in .notWoken }
        var heads: [WaitQueueHead] = []
        // Told once which head it is; after that it only adds.
        _ = file.poll(PollTable { heads.append($0) })
        let head = heads[0]
        let table = PollTable { $0.add(entry) }
        expectNone("poll that adds an entry, and its removal") {
            _ = file.poll(table)
            head.remove(entry)
        }
    }

    /// A read that waits until another thread has written.
    mutating func waits() throws {
        let request = EventFDFile()
        let answer = EventFDFile()
        let responder = Work { _ in
            for _ in 0...Self.rounds {
                _ = try? request.read()
                try? answer.write(1)
            }
        }
        let queue = SingleThreadWorkqueue(name: "responder")
        queue.enqueue(responder)
        try expectNone("blocking read, answered by another thread") {
            try request.write(1)
            _ = try answer.read()
        }
        queue.shutdown()
    }
}
