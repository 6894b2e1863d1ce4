// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("Deassign (KS §4.6)")
struct DeassignTests {
    @Test("It matches eventfd and line, and says whether it did")
    func matches() throws {
        try withWatchdog {
            let machine = Machine("deassign-match")
            let file = EventFDFile()
            let other = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            #expect(try !machine.set.deassign(file, gsi: 2), "another line")
            #expect(try !machine.set.deassign(other, gsi: 1), "another eventfd")
            try file.write(1)
            machine.controller.calls.wait(forCount: 2)
            #expect(try machine.set.deassign(file, gsi: 1))
            #expect(try !machine.set.deassign(file, gsi: 1), "a second time")
            machine.end()
        }
    }

    @Test("Another set's irqfd on the same eventfd and line is none of its business")
    func otherSet() throws {
        try withWatchdog {
            let machines = [Machine("deassign-mine"), Machine("deassign-yours")]
            let file = EventFDFile()
            try machines[1].set.assign(file, gsi: 1)
            #expect(try !machines[0].set.deassign(file, gsi: 1))
            try machines[0].set.assign(file, gsi: 1)
            #expect(try machines[0].set.deassign(file, gsi: 1))
            try file.write(1)
            machines[1].settle()
            machines[0].settle()
            #expect(machines[1].controller.pulses(1) == 1)
            #expect(machines[0].controller.calls.isEmpty)
            for machine in machines { machine.end() }
        }
    }

    @Test("Afterwards the eventfd is an eventfd again: unhooked, and open")
    func unhooks() throws {
        try withWatchdog {
            let machine = Machine("deassign-unhooks")
            let file = EventFDFile()
            let entry = WaitQueueEntry { _, _, _ in .notWoken }
            let queue = try #require(hook(entry, on: file))
            queue.remove(entry)
            #expect(!queue.hasWaiters)
            try machine.set.assign(file, gsi: 1)
            #expect(queue.hasWaiters)
            try machine.set.deassign(file, gsi: 1)
            #expect(!queue.hasWaiters)
            try file.write(3)
            #expect(try file.read() == 3)
            machine.settle()
            #expect(machine.controller.calls.isEmpty)
            machine.end()
        }
    }

    @Test("Of several that deassign one irqfd, one is told that it did, and all have waited")
    func concurrent() throws {
        try withWatchdog {
            let machine = Machine("deassign-several")
            let early = Counter()
            for round in 1...50 {
                let file = EventFDFile(initialValue: 1)
                try machine.set.assign(file, gsi: 1)
                let matched = Counter()
                inParallel(3) { _ in
                    if (try? machine.set.deassign(file, gsi: 1)) == true { matched.add() }
                    if machine.controller.pulses(1) < round { early.add() }
                }
                #expect(matched.current == 1)
            }
            #expect(early.current == 0)
            #expect(machine.controller.pulses(1) == 50)
            machine.end()
        }
    }

    @Test("An event that was signalled before is injected before it returns")
    func injectsWhatWasSignalled() throws {
        try withWatchdog {
            let machine = Machine("deassign-flush")
            let file = EventFDFile()
            for round in 1...200 {
                try machine.set.assign(file, gsi: 1)
                try file.write(1)
                try machine.set.deassign(file, gsi: 1)
                #expect(machine.controller.pulses(1) == round)
            }
            machine.end()
        }
    }

    @Test("A work of an uninvolved queue may deassign and release")
    func fromAnUninvolvedWorker() throws {
        try withWatchdog {
            let machine = Machine("deassign-worker")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            let other = SingleThreadWorkqueue(name: "uninvolved")
            let results = Recorder<Bool>()
            other.enqueue(
                Work { _ in
                    results.append((try? machine.set.deassign(file, gsi: 1)) == true)
                    machine.set.release()
                    results.append(true)
                }
            )
            other.shutdown()
            #expect(results.all == [true, true])
            machine.end()
        }
    }

    @Test("While the interrupt of one line is on its way, another line may be assigned and signalled")
    func otherLinesGoOn() throws {
        try withWatchdog {
            let hold = Hold("the interrupt of line 1")
            let slow = Machine("deassign-slow") { gsi in if gsi == 1 { hold.pass() } }
            let files = [EventFDFile(), EventFDFile()]
            try slow.set.assign(files[0], gsi: 1)
            try files[0].write(1)
            hold.waitUntilThere()
            let deassigner = TestThread("deassigner") { inStep("deassign") { try? slow.set.deassign(files[0], gsi: 1) } }
            deassigner.waitUntilAsleep(in: "deassign")
            try slow.set.assign(files[1], gsi: 2)
            try files[1].write(1)
            #expect(!deassigner.isFinished)
            hold.letGo()
            #expect(deassigner.join() == true)
            slow.settle()
            #expect(slow.controller.pulses(2) == 1)
            slow.end()
        }
    }

    @Test("While a deassign still waits, the eventfd is free and may be assigned again")
    func identityIsFreeAtOnce() throws {
        try withWatchdog {
            let hold = Hold("the interrupt of line 1")
            let machine = Machine("deassign-free") { gsi in if gsi == 1 { hold.pass() } }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            let deassigner = TestThread("deassigner") { inStep("deassign") { try? machine.set.deassign(file, gsi: 1) } }
            deassigner.waitUntilAsleep(in: "deassign")
            try machine.set.assign(file, gsi: 2)
            #expect(!deassigner.isFinished)
            hold.letGo()
            #expect(deassigner.join() == true)
            try file.write(1)
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            #expect(machine.controller.pulses(2) >= 1)
            machine.end()
        }
    }
}
