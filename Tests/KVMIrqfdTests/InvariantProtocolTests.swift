// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// The invariants of KS §5.2, I9 to I14: the two ends against each other, and who waits for whom.
@Suite("Invariants of the two ends")
struct InvariantProtocolTests {
    @Test("I9: the hang-up comes once, however many threads close")
    func hangupComesOnce() throws {
        try withWatchdog {
            let machine = Machine("I9")
            for _ in 0..<100 {
                let file = EventFDFile()
                let hangups = Counter()
                let entry = WaitQueueEntry(mask: .hangup) { _, _, _ in
                    hangups.add()
                    return .notWoken
                }
                hook(entry, on: file)
                try machine.set.assign(file, gsi: 1)
                let closed = Counter()
                inParallel(3) { _ in if (try? file.close()) != nil { closed.add() } }
                try waitForShutdowns(machine.set)
                #expect(closed.current == 1)
                #expect(hangups.current == 1)
            }
            machine.end()
        }
    }

    @Test("I9: it cannot come in the middle of an assign, which holds the file")
    func noHangupDuringAssign() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("I9-assign")
                let file = EventFDFile()
                let signaller = try Signaller(file)
                let hold = Hold("a signal in the walk, with the lock that the assign needs")
                let events = Recorder<PollEvents>()
                hook(holdingEntry(.input, hold), on: file)
                let watcher = WaitQueueEntry(mask: .hangup) { _, event, _ in
                    events.append(event)
                    return .notWoken
                }
                hook(watcher, on: file)
                let sender = TestThread("sender") { inStep("signal") { signaller.signal() } }
                hold.waitUntilThere()
                let assigner = TestThread("assigner") { inStep("assign") { (try? machine.set.assign(file, gsi: 1)) != nil } }
                assigner.waitUntilAsleep(in: "assign")
                let closer = TestThread("closer") { inStep("close") { (try? file.close()) != nil } }
                closer.waitUntilAsleep(in: "close")
                #expect(events.isEmpty)
                hold.letGo()
                sender.join()
                let assigned = assigner.join()
                #expect(closer.join())
                try waitForShutdowns(machine.set)
                #expect(events.all == [.hangup])
                // Assigned, and then told of the hang-up; or refused. Never assigned and not told.
                let pulses = machine.controller.pulses(1)
                signaller.signal()
                machine.settle()
                #expect(machine.controller.pulses(1) == pulses, "assigned: \(assigned)")
                #expect(Census().irqfds == 0)
                machine.end()
            }
        }
    }

    @Test("I9: assign against close, often: an irqfd that was made is told of the hang-up")
    func assignAgainstClose() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("I9-close")
                for _ in 0..<10 {
                    let files = (0..<200).map { _ in EventFDFile() }
                    collide(files, { file in try? machine.set.assign(file, gsi: 1) }, { file in try? file.close() })
                    try waitForShutdowns(machine.set)
                    #expect(Census().irqfds == 0)
                }
                machine.end()
            }
        }
    }

    @Test("I10: when hang-up and set race, the loser sees an inactive irqfd, whose shutdown is queued already")
    func loserDoesNothing() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                for _ in 0..<300 {
                    let set = IrqfdSet(controller: RecordingController())
                    let file = EventFDFile(initialValue: 1)
                    try set.assign(file, gsi: 1)
                    let left = Counter()
                    inParallel([
                        ("hang-up", { try? file.close() }),
                        (
                            "release",
                            {
                                set.release()
                                left.add(Census().irqfds)
                            }
                        ),
                    ])
                    #expect(left.current == 0, "whoever deactivated, the release waited for the shutdown")
                }
            }
        }
    }

    @Test("I10: the hang-up finds the irqfd deactivated by the set")
    func hangupLoses() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("I10")
                let hold = Hold("the hang-up, in front of the irqfd")
                let file = EventFDFile()
                try machine.set.assign(file, gsi: 1)
                hook(holdingEntry(.hangup, hold), on: file)
                let closer = TestThread("closer") { inStep("close") { try? file.close() } }
                hold.waitUntilThere()
                let releaser = TestThread("releaser") {
                    inStep("release") {
                        machine.set.release()
                        return Census().irqfds
                    }
                }
                releaser.waitUntilAsleep(in: "release")
                #expect(!releaser.isFinished, "its shutdown has to unhook, and the walk is still going on")
                hold.letGo()
                closer.join()
                #expect(releaser.join() == 0)
                machine.end()
            }
        }
    }

    @Test("I11: a context has one reference of its file and one of each live irqfd, and is freed once with the last")
    func contextReferences() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let cleanup = try HeldCleanup("I11-hold")
                let machines = [Machine("I11-one"), Machine("I11-two")]
                let before = Census().contexts
                let file = EventFDFile()
                for machine in machines { try machine.set.assign(file, gsi: 1) }
                #expect(Census().contexts == before + 1)
                try file.close()
                #expect(Census().contexts == before + 1, "two shutdowns are still to come")
                cleanup.letGo()
                try waitForShutdowns(machines[0].set)
                #expect(Census().contexts == before - 1, "this one, and the one that held the worker")
                for machine in machines { machine.end() }
                cleanup.end()
            }
        }
    }

    @Test("I12: a close waits neither for an interrupt nor for a shutdown")
    func closeDoesNotWait() throws {
        try withWatchdog {
            let cleanup = try HeldCleanup("I12-hold")
            let hold = Hold("the interrupt")
            let machine = Machine("I12") { _ in hold.pass() }
            let files = [EventFDFile(), EventFDFile()]
            for (line, file) in files.enumerated() { try machine.set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
            try files[0].write(1)
            hold.waitUntilThere()
            // Both are held, and only this thread lets them go.
            for file in files { try file.close() }
            hold.letGo()
            cleanup.letGo()
            machine.end()
            cleanup.end()
            #expect(machine.controller.pulses(0) == 1)
        }
    }

    @Test("I13: deassign and release wait for the interrupt that is on its way", arguments: ["deassign", "release"])
    func endsWait(call: String) throws {
        try withWatchdog {
            let hold = Hold("the interrupt")
            let ended = Unguarded(false)
            let machine = Machine("I13") { _ in
                hold.pass()
                ended.value = true
            }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            let waiter = TestThread(call) {
                inStep(call) {
                    if call == "release" { machine.set.release() } else { _ = try? machine.set.deassign(file, gsi: 1) }
                    return ended.value
                }
            }
            waiter.waitUntilAsleep(in: call)
            #expect(!waiter.isFinished)
            hold.letGo()
            #expect(waiter.join())
            machine.end()
        }
    }

    @Test("I14: no signal is held up by an interrupt that takes its time")
    func signalsAreNotHeldUp() throws {
        try withWatchdog {
            let hold = Hold("the interrupt")
            let machine = Machine("I14") { _ in hold.pass() }
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            inParallel(3) { _ in
                for _ in 0..<300 { signaller.signal() }
            }
            #expect(file.count == 901)
            #expect(machine.controller.pulses(1) == 0)
            hold.letGo()
            machine.settle()
            #expect(machine.controller.pulses(1) == 2)
            machine.end()
        }
    }
}
