// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CheckSupport
import EventFD
import Glibc
import Workqueue

extension Allocations {
    mutating func enqueues() throws {
        let queue = SingleThreadWorkqueue(name: "enqueues")
        // One more than rounds: the first time is not counted.
        let fresh = (0...Self.rounds).map { _ in Work { _ in } }
        var next = 0
        expectNone("enqueue of a fresh work, which runs") {
            queue.enqueue(fresh[next])
            next += 1
        }
        queue.shutdown()
        let held = try HeldQueue()
        let pending = Work { _ in }
        held.queue.enqueue(pending)
        expectNone("enqueue of a pending work") { held.queue.enqueue(pending) }
        try held.letGo()
        let delayed = DelayedWork { _ in }
        expectNone("enqueue after a delay, cancel") {
            held.queue.enqueue(delayed, after: .seconds(3600))
            delayed.cancel()
        }
        held.queue.shutdown()
    }

    mutating func flushes() throws {
        let queue = SingleThreadWorkqueue(name: "flushes")
        let work = Work { _ in }
        queue.enqueue(work)
        queue.flush()
        expectNone("flush of an idle work") { work.flush() }
        expectNone("flush of an idle queue") { queue.flush() }
        expectNone("enqueue, flush of the work, flush of the queue") {
            queue.enqueue(work)
            work.flush()
            queue.enqueue(work)
            queue.flush()
        }
        // Long enough for the flush to find it running.
        let started = EventFDFile()
        let slow = Work { _ in
            try! started.write(1)
            usleep(50)
        }
        try expectNone("flush of a work that runs") {
            queue.enqueue(slow)
            _ = try started.read()
            slow.flush()
        }
        try expectNone("flush of a queue whose work runs") {
            queue.enqueue(slow)
            _ = try started.read()
            queue.flush()
        }
        try expectNone("flush of a work that is behind another") {
            queue.enqueue(slow)
            _ = try started.read()
            queue.enqueue(work)
            work.flush()
        }
        queue.shutdown()
    }
}
