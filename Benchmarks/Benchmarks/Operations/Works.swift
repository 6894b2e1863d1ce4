// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Benchmark
import CFloors
import Dispatch
import Workqueue

/// Works that are enqueued, run and flushed.
func works() {
    row("enqueue-pending") {
        let held = try HeldQueue()
        let work = Work { _ in }
        held.queue.enqueue(work)
        return (held.queue, work)
    } run: { queue, work in
        for _ in 0..<thousand { queue.enqueue(work) }
    }
    floor("enqueue-pending.floor") { floors_read_modify_writes(1000) }

    // So many that the worker's waking up does not matter.
    row("enqueue-run", operations: .one) {
        (SingleThreadWorkqueue(name: "benchmark"), (0..<batch).map { _ in Work { _ in } })
    } run: { queue, works in
        for work in works { queue.enqueue(work) }
        queue.flush()
    }
    row("enqueue-run.dispatch", operations: .one, prepare: { DispatchQueue(label: "benchmark") }) { queue in
        for _ in 0..<batch { queue.async {} }
        queue.sync {}
    }

    row("flush-hot", prepare: idleQueue) { queue, work in
        for _ in 0..<thousand {
            queue.enqueue(work)
            work.flush()
        }
    }
    row("flush-hot.floor", prepare: floors_start_answering) { floors_hand_over(1000) }

    row("flush-idle-work", prepare: idleQueue) { _, work in for _ in 0..<thousand { work.flush() } }
    floor("flush-idle-work.floor") { floors_loads(1000) }

    row("flush-idle-queue", prepare: idleQueue) { queue, _ in for _ in 0..<thousand { queue.flush() } }
    floor("flush-idle-queue.floor") { floors_lock_pairs(1000) }
}

/// A queue, and a work of it that has run.
private func idleQueue() -> (SingleThreadWorkqueue, Work) {
    let queue = SingleThreadWorkqueue(name: "benchmark")
    let work = Work { _ in }
    queue.enqueue(work)
    queue.flush()
    return (queue, work)
}

private let batch = 10_000
