// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import Workqueue

@Suite("the async twins of a set")
struct AsyncSetTests {
    private final class GatedController: InterruptController {
        let entered = Gate("the controller was called")
        let mayReturn = Gate("the controller may return")
        let levels = Recorder<Bool>()

        func setInterrupt(_ gsi: GSI, level: Bool) {
            entered.open()
            mayReturn.wait()
            levels.append(level)
        }
    }

    // In a process of its own: the cleanup queue is everybody's. While the interrupt keeps it, other tests that wait for it could
    // take all the threads that tasks have, and nobody would be left to let the interrupt return.
    @Test("an awaited deassign waits for an interrupt in progress, and keeps no thread for it")
    func deassign() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let queue = SingleThreadWorkqueue(name: "async-deassign")
                let controller = GatedController()
                let set = IrqfdSet(controller: controller, injectionQueue: queue)
                let file = EventFDFile()
                try set.assign(file, gsi: 1)
                try file.tryWrite(1)
                await waitUntil("the controller was called") { controller.entered.isOpen }
                let hasReturned = Gate("deassign has returned")
                let task = Task {
                    let hasMatched = try await set.deassign(file, gsi: 1)
                    hasReturned.open()
                    return hasMatched
                }
                // Other tasks go on while this one waits.
                for _ in 0..<100 { await Task.yield() }
                #expect(!hasReturned.isOpen)
                controller.mayReturn.open()
                let hasMatched = try await task.value
                #expect(hasMatched)
                #expect(controller.levels.all == [true, false])
                try await set.release()
                try await queue.shutdown()
            }
        }
    }

    @Test("an awaited release gives the guarantee, and later calls throw")
    func release() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-release")
            let controller = GatedController()
            controller.mayReturn.open()
            let set = IrqfdSet(controller: controller, injectionQueue: queue)
            let file = EventFDFile(initialValue: 1)
            try set.assign(file, gsi: 1)
            try await set.release()
            #expect(controller.levels.all == [true, false])
            try file.tryWrite(1)
            try await queue.flush()
            #expect(controller.levels.count == 2)
            #expect(throws: IrqfdError.released) { try set.assign(file, gsi: 1) }
            try await set.release()
            try await queue.shutdown()
        }
    }
}
