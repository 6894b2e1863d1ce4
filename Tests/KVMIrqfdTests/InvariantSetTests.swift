// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// The invariants of KS §5.2, I15 to I21: several sets, and what may not happen inline.
@Suite("Invariants of sets beside each other")
struct InvariantSetTests {
    @Test("I15: the shutdown of one set's irqfds needs nothing of another set")
    func setsAreIndependent() throws {
        try withWatchdog {
            let hold = Hold("the interrupt of B")
            let a = Machine("I15-a")
            let b = Machine("I15-b") { _ in hold.pass() }
            let file = EventFDFile()
            for machine in [a, b] { try machine.set.assign(file, gsi: 1) }
            try file.write(1)
            hold.waitUntilThere()
            // B's controller stands in its interrupt, and only this thread lets it go.
            #expect(try a.set.deassign(file, gsi: 1))
            try a.set.assign(file, gsi: 2)
            a.end()
            #expect(b.controller.pulses(1) == 0)
            hold.letGo()
            b.end()
        }
    }

    @Test("I15: a release may wait for another set's shutdown, and ends with it")
    func releaseBehindAnotherSet() throws {
        try withWatchdog {
            let hold = Hold("the interrupt of B")
            let a = Machine("I15-first")
            let b = Machine("I15-second") { _ in hold.pass() }
            let files = [EventFDFile(), EventFDFile()]
            try a.set.assign(files[0], gsi: 1)
            try b.set.assign(files[1], gsi: 1)
            try files[1].write(1)
            hold.waitUntilThere()
            let releaseB = TestThread("release of B") { inStep("release") { b.set.release() } }
            releaseB.waitUntilAsleep(in: "release")
            let releaseA = TestThread("release of A") { inStep("release") { a.set.release() } }
            releaseA.waitUntilAsleep(in: "release")
            hold.letGo()
            releaseA.join()
            releaseB.join()
            a.end()
            b.end()
        }
    }

    @Test("I16: two sets released at once, while their eventfds are closed: all of it ends")
    func twoReleasesAndHangups() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                for _ in 0..<150 {
                    let sets = (0..<2).map { _ in IrqfdSet(controller: RecordingController()) }
                    let files = (0..<4).map { _ in EventFDFile(initialValue: 1) }
                    for file in files {
                        for set in sets { try set.assign(file, gsi: 1) }
                    }
                    inParallel([
                        ("release A", { sets[0].release() }), ("release B", { sets[1].release() }),
                        ("close", { for file in files.prefix(2) { try? file.close() } }),
                        ("close backwards", { for file in files.suffix(2).reversed() { try? file.close() } }),
                    ])
                    #expect(Census().irqfds == 0)
                }
            }
        }
    }

    @Test("I17: the unhook waits for a wake walk that has the irqfd's function in it")
    func unhookWaitsForTheWalk() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("I17")
                let hold = Hold("the signal, behind the irqfd")
                let file = EventFDFile()
                let signaller = try Signaller(file)
                hook(holdingEntry(.input, hold), on: file)
                try machine.set.assign(file, gsi: 1)
                let sender = TestThread("sender") { inStep("signal") { signaller.signal() } }
                hold.waitUntilThere()
                machine.controller.calls.wait(forCount: 2)
                let deassigner = TestThread("deassigner") { inStep("deassign") { try? machine.set.deassign(file, gsi: 1) } }
                deassigner.waitUntilAsleep(in: "deassign")
                #expect(!deassigner.isFinished)
                #expect(Census().irqfds == 1)
                hold.letGo()
                sender.join()
                #expect(deassigner.join() == true)
                #expect(Census().irqfds == 0)
                machine.end()
            }
        }
    }

    @Test("I18: a signal between deactivation and unhook injects at most, and that has ended when the release returns")
    func signalBetweenDeactivationAndUnhook() throws {
        try withWatchdog {
            let cleanup = try HeldCleanup("I18-hold")
            let ended = Unguarded(0)
            let machine = Machine("I18") { _ in ended.value += 1 }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            let releaser = TestThread("releaser") {
                inStep("release") {
                    machine.set.release()
                    return ended.value
                }
            }
            releaser.waitUntilAsleep(in: "release")
            #expect(throws: IrqfdError.released) { try machine.set.assign(file, gsi: 1) }
            // Deactivated, and still hooked: its unhook stands behind the shutdown that holds the worker.
            for _ in 0..<3 { try file.write(1) }
            cleanup.letGo()
            let seen = releaser.join()
            #expect(seen <= 3)
            try file.write(1)
            machine.settle()
            #expect(ended.value == seen)
            machine.end()
            cleanup.end()
        }
    }

    @Test("I19: sharing the file is sharing the open file: the hang-up comes with the last end, not before")
    func hangupWithTheLastReference() throws {
        try withWatchdog {
            let machine = Machine("I19")
            let hangups = Counter()
            let entry = WaitQueueEntry(mask: .hangup) { _, _, _ in
                hangups.add()
                return .notWoken
            }
            var first: EventFDFile? = EventFDFile()
            var second = first
            let signaller = try Signaller(#require(first))
            try hook(entry, on: #require(first))
            try machine.set.assign(#require(first), gsi: 1)
            first = nil
            #expect(hangups.current == 0)
            signaller.signal()
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            #expect(second?.count == 1)
            second = nil
            #expect(hangups.current == 1)
            try waitForShutdowns(machine.set)
            signaller.signal()
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            machine.end()
        }
    }

    @Test("I20: deassign of what was never assigned returns false, and is a barrier for other shutdowns")
    func deassignOfNothing() throws {
        try withWatchdog {
            let hold = Hold("the interrupt")
            let ended = Unguarded(false)
            let busy = Machine("I20-busy") { _ in
                hold.pass()
                ended.value = true
            }
            let idle = Machine("I20-idle")
            let file = EventFDFile()
            try busy.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            try file.close()
            // Another set, and an eventfd that was never assigned anywhere.
            let waiter = TestThread("deassigner") {
                inStep("deassign") { [(try? idle.set.deassign(EventFDFile(), gsi: 7)) == false, ended.value] }
            }
            waiter.waitUntilAsleep(in: "deassign")
            #expect(!waiter.isFinished)
            hold.letGo()
            #expect(waiter.join() == [true, true])
            busy.end()
            idle.end()
        }
    }

    @Test("I21: a signal never runs the controller in its own thread")
    func neverInline() throws {
        try withWatchdog {
            let machine = Machine("I21")
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 1)
            inParallel([
                ("I21 signal", { for _ in 0..<200 { signaller.signal() } }),
                ("I21 write", { for _ in 0..<200 { try? file.write(1) } }),
                ("I21 read", { for _ in 0..<200 { _ = try? file.tryRead() } }),
            ])
            try machine.set.deassign(file, gsi: 1)
            try machine.set.assign(EventFDFile(initialValue: 1), gsi: 1)
            machine.end()
            let calls = machine.controller.calls.all
            #expect(calls.count >= 4)
            #expect(calls.allSatisfy { $0.thread == "I21" })
        }
    }
}
