// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Benchmark
import CFloors
import WaitQueue

/// Wakes, of few functions and of very many, and entries that come and go.
func wakes() {
    row("wake-16", prepare: { WaitingEntries(16) }) { waiting in for _ in 0..<thousand { waiting.head.wake() } }
    row("wake-16.floor", prepare: { FloorList(16) }) { list in list.walkWithCalls(times: 1000) }

    // One wake: its functions are the thousand.
    row("wake-1000", prepare: { WaitingEntries(1000) }) { waiting in waiting.head.wake() }
    row("wake-1000.floor", prepare: { FloorList(1000) }) { list in list.walkWithCalls(times: 1) }

    row("wake-100000", operations: .one, prepare: { WaitingEntries(100_000) }) { waiting in waiting.head.wake() }
    row("wake-100000.floor", operations: .one, prepare: { FloorList(100_000) }) { list in list.walk() }

    row("add-remove") {
        (WaitQueueHead(), WaitQueueEntry { _, _, _ in .notWoken })
    } run: { head, entry in
        for _ in 0..<thousand {
            head.add(entry)
            head.remove(entry)
        }
    }
    floor("add-remove.floor") { floors_lock_pairs(2 * 1000) }
}
