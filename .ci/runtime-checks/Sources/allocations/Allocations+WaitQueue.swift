// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import WaitQueue

extension Allocations {
    mutating func wakes() {
        for functions in [0, 1, 16] {
            let head = WaitQueueHead()
            let entries = (0..<functions).map { _ in WaitQueueEntry { _, _, _ in .woken } }
            for entry in entries { head.add(entry) }
            expectNone("wake of \(functions)") { head.wake(.input) }
            for entry in entries { head.remove(entry) }
        }
        let head = WaitQueueHead()
        let entry = WaitQueueEntry { _, _, _ in .woken }
        expectNone("add and remove") {
            head.add(entry)
            head.remove(entry)
        }
        expectNone("add as an exclusive entry, wake and remove") {
            head.add(entry, exclusive: true)
            head.wake(.input)
            head.remove(entry)
        }
    }
}
