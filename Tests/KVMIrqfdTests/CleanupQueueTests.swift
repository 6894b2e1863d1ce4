// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

#if os(Linux)
    /// Each in a process of its own: the cleanup queue is shared by all sets of a process.
    @Suite("The cleanup queue, on demand (KS §0, patch 5/5)")
    struct CleanupQueueTests {
        @Test("Its worker is there from the first assign to the last release")
        func onDemand() async {
            await #expect(processExitsWith: .success) {
                try inProcessOfItsOwn {
                    #expect(cleanupWorkers == 0)
                    let set = IrqfdSet(controller: RecordingController())
                    let file = EventFDFile()
                    try set.assign(file, gsi: 1)
                    waitUntil("the worker has its name") { cleanupWorkers == 1 }
                    try set.deassign(file, gsi: 1)
                    #expect(cleanupWorkers == 1, "the set may need it again")
                    try set.assign(file, gsi: 1)
                    set.release()
                    waitUntil("the worker is gone") { cleanupWorkers == 0 }
                    #expect(throws: IrqfdError.released) { try set.assign(file, gsi: 1) }
                    #expect(cleanupWorkers == 0)
                }
            }
        }

        @Test("Several sets share it, and the last one takes it along")
        func shared() async {
            await #expect(processExitsWith: .success) {
                try inProcessOfItsOwn {
                    let file = EventFDFile()
                    let sets = (0..<3).map { _ in IrqfdSet(controller: RecordingController()) }
                    for set in sets { try set.assign(file, gsi: 1) }
                    waitUntil("the worker has its name") { cleanupWorkers == 1 }
                    sets[1].release()
                    #expect(cleanupWorkers == 1)
                    sets[0].release()
                    #expect(cleanupWorkers == 1)
                    sets[2].release()
                    waitUntil("the worker is gone") { cleanupWorkers == 0 }
                }
            }
        }

        @Test("Gone, it is made anew for the next set")
        func madeAnew() async {
            await #expect(processExitsWith: .success) {
                try inProcessOfItsOwn {
                    let file = EventFDFile(initialValue: 1)
                    for _ in 0..<20 {
                        let set = IrqfdSet(controller: RecordingController())
                        try set.assign(file, gsi: 1)
                        waitUntil("the one worker has its name") { cleanupWorkers == 1 }
                        set.release()
                        waitUntil("the worker is gone") { cleanupWorkers == 0 }
                    }
                }
            }
        }

        @Test("A forgotten set takes it along too")
        func forgotten() async {
            await #expect(processExitsWith: .success) {
                try inProcessOfItsOwn {
                    let file = EventFDFile()
                    do {
                        let set = IrqfdSet(controller: RecordingController())
                        try set.assign(file, gsi: 1)
                        waitUntil("the worker has its name") { cleanupWorkers == 1 }
                    }
                    waitUntil("the worker is gone") { cleanupWorkers == 0 }
                }
            }
        }

        @Test("A set made while the last one is being released has a worker")
        func madeMeanwhile() async {
            await #expect(processExitsWith: .success) {
                try inProcessOfItsOwn {
                    let hold = Hold("the interrupt")
                    let queue = SingleThreadWorkqueue(name: "meanwhile")
                    let last = IrqfdSet(controller: RecordingController { _ in hold.pass() }, injectionQueue: queue)
                    let file = EventFDFile()
                    try last.assign(file, gsi: 1)
                    try file.write(1)
                    hold.waitUntilThere()
                    let releaser = TestThread("releaser") { inStep("release") { last.release() } }
                    releaser.waitUntilAsleep(in: "release")
                    let next = IrqfdSet(controller: RecordingController())
                    let other = EventFDFile()
                    try next.assign(other, gsi: 1)
                    hold.letGo()
                    releaser.join()
                    #expect(try next.deassign(other, gsi: 1))
                    next.release()
                    queue.shutdown()
                    waitUntil("the worker is gone") { cleanupWorkers == 0 }
                }
            }
        }

        @Test("Sets made, used and released by several threads at once leave none behind")
        func hammer() async {
            await #expect(processExitsWith: .success) {
                inProcessOfItsOwn {
                    inParallel(4) { index in
                        for round in 0..<100 {
                            let controller = RecordingController()
                            let set = IrqfdSet(controller: controller)
                            let file = EventFDFile(initialValue: 1)
                            do {
                                try set.assign(file, gsi: 1)
                                switch (index + round) % 3 {
                                case 0: try file.close()
                                case 1: try set.deassign(file, gsi: 1)
                                default: break
                                }
                            } catch {
                                Issue.record(error)
                            }
                            set.release()
                            if controller.pulses(1) != 1 { Issue.record("thread \(index), round \(round): \(controller.calls.all)") }
                        }
                    }
                    waitUntil("the worker is gone") { cleanupWorkers == 0 }
                }
            }
        }
    }
#endif
