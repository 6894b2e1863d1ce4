// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CheckSupport
import EventFD
import Glibc
import KVMIrqfd
import WaitQueue
import Workqueue

extension Operation {
    /// Those in which only the thread that is counted does something. Where there is a worker, it sleeps.
    static let all =
        [
            Operation("signal") { times in
                let open = try OpenFile()
                try Section.count { for _ in 0..<times { open.reference.signal() } }
            },
            Operation("signal-with-an-entry") { times in
                let open = try OpenFile()
                let entry = plainEntry()
                _ = open.file.poll(PollTable { $0.add(entry) })
                try Section.count { for _ in 0..<times { open.reference.signal() } }
            },
            Operation("signal-with-an-irqfd-pending", run: signalWithAnIrqfdPending),
            wake(of: 16),
            wake(of: 1000),
            Operation("add-and-remove") { times in
                let head = WaitQueueHead()
                let entry = plainEntry()
                try Section.count {
                    for _ in 0..<times {
                        head.add(entry)
                        head.remove(entry)
                    }
                }
            },
            Operation("write-and-read") { times in
                let file = EventFDFile()
                try Section.count {
                    for _ in 0..<times {
                        try file.write(1)
                        _ = try file.read()
                    }
                }
            },
            Operation("poll") { times in
                let file = EventFDFile()
                try Section.count { for _ in 0..<times { _ = file.poll() } }
            },
            Operation("count") { times in
                let file = EventFDFile()
                try Section.count { for _ in 0..<times { _ = file.count } }
            },
            Operation("enqueue-pending") { times in
                let held = try HeldQueue()
                let work = Work { _ in }
                held.queue.enqueue(work)
                try Section.count { for _ in 0..<times { held.queue.enqueue(work) } }
                try held.letGo()
            },
            Operation("flush-of-an-idle-work") { times in
                let (queue, work) = idleQueue()
                try Section.count { for _ in 0..<times { work.flush() } }
                queue.shutdown()
            },
            Operation("flush-of-an-idle-queue") { times in
                let (queue, _) = idleQueue()
                try Section.count { for _ in 0..<times { queue.flush() } }
                queue.shutdown()
            },
            Operation("open-and-close") { times in
                try Section.count { for _ in 0..<times { try EventFDFile().close() } }
            },
            Operation("duplicate-and-put") { times in
                let open = try OpenFile()
                try Section.count { for _ in 0..<times { open.reference.duplicate().put() } }
            },
        ]

    private static func plainEntry() -> WaitQueueEntry { WaitQueueEntry { _, _, _ in .notWoken } }

    /// Each function of a wake of so many.
    private static func wake(of functions: Int) -> Operation {
        Operation("wake-of-\(functions)", parts: functions) { times in
            let head = WaitQueueHead()
            let entries = (0..<functions).map { _ in plainEntry() }
            for entry in entries { head.add(entry) }
            try Section.count { for _ in 0..<times { head.wake() } }
            for entry in entries { head.remove(entry) }
        }
    }

    @Sendable private static func signalWithAnIrqfdPending(times: Int) throws {
        let held = try HeldQueue()
        let set = IrqfdSet(controller: IdleController(), injectionQueue: held.queue)
        let open = try OpenFile()
        try set.assign(open.file, gsi: 1)
        open.reference.signal()
        try Section.count { for _ in 0..<times { open.reference.signal() } }
        try held.letGo()
        set.release()
    }

    /// A queue, and a work of it that has run.
    private static func idleQueue() -> (SingleThreadWorkqueue, Work) {
        let queue = SingleThreadWorkqueue(name: "idle")
        let work = Work { _ in }
        queue.enqueue(work)
        queue.flush()
        // Not while its worker spins: that is another way through the flush, and a matter of chance.
        while !queue.snapshot().isIdle { sched_yield() }
        return (queue, work)
    }
}
