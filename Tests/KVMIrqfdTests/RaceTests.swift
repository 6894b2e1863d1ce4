// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// What was broken before the patch (KS §6.1), each as the schedule that broke it.
///
/// T tears the set down, C closes the eventfd, S signals, W is the cleanup worker. What must not be used after it is freed is
/// counted: each runs in a process that has nothing else to do. Debug builds and AddressSanitizer see the rest.
@Suite("The races before the patch")
struct RaceTests {
    @Test("P1: T has begun, C ends the eventfd wholly, then T unhooks from the queue of what C ended")
    func teardownAgainstClose() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = Census()
                let cleanup = try HeldCleanup("P1-hold")
                let machine = Machine("P1")
                let teardown: TestThread<Void>
                do {
                    let file = EventFDFile()
                    try machine.set.assign(file, gsi: 1)
                    teardown = TestThread("T") { inStep("release") { machine.set.release() } }
                    teardown.waitUntilAsleep(in: "release")
                    try file.close()
                }
                #expect(Census().files == before.files)
                #expect(Census().contexts == before.contexts + 2, "the irqfd's own reference keeps the queue it is hooked on")
                #expect(!teardown.isFinished)
                cleanup.letGo()
                teardown.join()
                #expect(Census().contexts == before.contexts)
                machine.end()
                cleanup.end()
            }
        }
    }

    @Test("P2: C is inside the wake walk of the hang-up, behind the irqfd: T must not be done before C has left")
    func unsynchronisedSkip() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("P2")
                let hold = Hold("C in the walk, behind the irqfd")
                let file = EventFDFile()
                hook(holdingEntry(.hangup, hold), on: file)
                try machine.set.assign(file, gsi: 1)
                let closer = TestThread("C") { inStep("close") { try? file.close() } }
                hold.waitUntilThere()
                let irqfds = Census().irqfds
                let teardown = TestThread("T") { inStep("release") { machine.set.release() } }
                teardown.waitUntilAsleep(in: "release")
                #expect(!teardown.isFinished)
                #expect(Census().irqfds == irqfds, "not freed under the walk")
                hold.letGo()
                closer.join()
                teardown.join()
                #expect(Census().irqfds == irqfds - 1)
                machine.end()
            }
        }
    }

    @Test("P3: open, assign, close, over and over: nothing is left in the set")
    func leakOnClose() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("P3")
                let before = Census()
                for _ in 0..<1000 {
                    let file = EventFDFile()
                    try machine.set.assign(file, gsi: 1)
                    try file.close()
                }
                try waitForShutdowns(machine.set)
                #expect(Census().irqfds == before.irqfds)
                #expect(Census().contexts == before.contexts)
                machine.end()
            }
        }
    }

    @Test("P4: the hang-up defers the cleanup, C drops the last reference of its own, then W unhooks")
    func missingContextReference() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = Census()
                let cleanup = try HeldCleanup("P4-hold")
                let machine = Machine("P4")
                do {
                    let file = EventFDFile()
                    try machine.set.assign(file, gsi: 1)
                    try file.write(1)
                    // No close: the last Swift reference goes.
                }
                #expect(Census().files == before.files)
                #expect(Census().irqfds == before.irqfds + 2)
                #expect(Census().contexts == before.contexts + 2)
                cleanup.letGo()
                try waitForShutdowns(machine.set)
                #expect(Census().irqfds == before.irqfds)
                #expect(Census().contexts == before.contexts)
                #expect(machine.controller.pulses(1) == 1)
                machine.end()
                cleanup.end()
            }
        }
    }

    @Test("P5: the hang-up has queued the cleanup; T finds the set empty, and has to wait all the same")
    func noReferenceToTheSet() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let hold = Hold("the interrupt")
                let events = Recorder<String>()
                let machine = Machine("P5") { _ in
                    hold.pass()
                    events.append("the interrupt ends")
                }
                let file = EventFDFile()
                try machine.set.assign(file, gsi: 1)
                try file.write(1)
                hold.waitUntilThere()
                try file.close()
                let teardown = TestThread("T") {
                    inStep("release") { machine.set.release() }
                    events.append("release has returned")
                }
                teardown.waitUntilAsleep(in: "release")
                #expect(!teardown.isFinished)
                hold.letGo()
                teardown.join()
                #expect(events.all == ["the interrupt ends", "release has returned"])
                machine.end()
            }
        }
    }

    @Test("P6: T has deactivated and W has begun, when C's hang-up comes to the irqfd: there is no second cleanup")
    func doubleCleanup() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("P6")
                let before = Census()
                let hold = Hold("C in the walk, in front of the irqfd")
                do {
                    let file = EventFDFile()
                    try machine.set.assign(file, gsi: 1)
                    hook(holdingEntry(.hangup, hold), on: file)
                    let runs = WorkqueueDiagnostics.current.worksRun
                    let closer = TestThread("C") { inStep("close") { try? file.close() } }
                    hold.waitUntilThere()
                    let teardown = TestThread("T") { inStep("release") { machine.set.release() } }
                    teardown.waitUntilAsleep(in: "release")
                    // W stands at the lock that C holds: the shutdown runs, and is pending no more.
                    #expect(!teardown.isFinished)
                    hold.letGo()
                    closer.join()
                    teardown.join()
                    #expect(WorkqueueDiagnostics.current.worksRun == runs + 1, "one shutdown")
                }
                #expect(Census().irqfds == before.irqfds)
                machine.end()
            }
        }
    }

    @Test("P7: the hang-up unhooks, waits and frees nothing in C's thread")
    func inlineCleanup() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = Census()
                let cleanup = try HeldCleanup("P7-hold")
                let machine = Machine("P7")
                let file = EventFDFile()
                let signaller = try Signaller(file)
                let entry = WaitQueueEntry { _, _, _ in .notWoken }
                let queue = try #require(hook(entry, on: file))
                queue.remove(entry)
                try machine.set.assign(file, gsi: 1)
                try file.close()
                #expect(queue.hasWaiters, "still hooked: that is the cleanup worker's business")
                #expect(Census().irqfds == before.irqfds + 2)
                cleanup.letGo()
                try waitForShutdowns(machine.set)
                #expect(!queue.hasWaiters)
                #expect(Census().irqfds == before.irqfds)
                signaller.signal()
                machine.end()
                cleanup.end()
            }
        }
    }

    @Test("P8: an inject runs and another is pending on the injection worker, while the shutdown waits for both elsewhere")
    func sharedQueue() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let hold = Hold("the interrupt")
                let controller = RecordingController { _ in hold.pass() }
                let set = IrqfdSet(controller: controller)
                let file = EventFDFile()
                try set.assign(file, gsi: 1)
                try file.write(1)
                hold.waitUntilThere()
                try file.write(1)
                try file.close()
                let waiter = TestThread("T") { inStep("deassign") { (try? waitForShutdowns(set)) != nil } }
                waiter.waitUntilAsleep(in: "deassign")
                #expect(!waiter.isFinished)
                hold.letGo()
                #expect(waiter.join())
                #expect(controller.pulses(1) == 2)
                set.release()
            }
        }
    }

    @Test("P9: T walks the list while assigns add to it")
    func unlockedList() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                for _ in 0..<100 {
                    let ledger = Ledger(lines: 1)
                    let set = IrqfdSet(controller: ledger)
                    let files = (0..<12).map { _ in EventFDFile(initialValue: 1) }
                    let unexpected = Recorder<String>()
                    inParallel(4) { index in
                        if index == 0 {
                            set.release()
                            ledger.silence(0)
                            return
                        }
                        for file in files[(index - 1) * 4..<index * 4] {
                            do throws(IrqfdError) {
                                try set.assign(file, gsi: 0)
                            } catch {
                                if error != .released { unexpected.append("\(error)") }
                            }
                        }
                    }
                    for file in files { try file.write(1) }
                    SingleThreadWorkqueue.system.flush()
                    #expect(unexpected.all == [])
                    #expect(ledger.lateCalls == 0)
                }
            }
        }
    }

    @Test("P9, one schedule of it: an assign is hooking itself when the release comes; it leaves, and the release waits for it")
    func assignInProgress() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("P9")
                let file = EventFDFile()
                let signaller = try Signaller(file)
                let hold = Hold("S in the walk, with the lock that the assign needs")
                hook(holdingEntry(.input, hold), on: file)
                let before = Census().irqfds
                let sender = TestThread("S") { inStep("signal") { signaller.signal() } }
                hold.waitUntilThere()
                let assigner = TestThread("A") {
                    inStep("assign") { () -> IrqfdError? in
                        do throws(IrqfdError) {
                            try machine.set.assign(file, gsi: 1)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                assigner.waitUntilAsleep(in: "assign")
                let teardown = TestThread("T") { inStep("release") { machine.set.release() } }
                teardown.waitUntilAsleep(in: "release")
                hold.letGo()
                #expect(assigner.join() == .released)
                teardown.join()
                #expect(sender.join() == 1)
                let pulses = machine.controller.pulses(1)
                signaller.signal()
                machine.settle()
                #expect(machine.controller.pulses(1) == pulses)
                #expect(Census().irqfds == before)
                machine.end()
            }
        }
    }
}
