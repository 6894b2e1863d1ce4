// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("The unhook drains the counter (KS §6.2 B1, B9)")
struct UnhookDrainTests {
    @Test("An assign after a deassign is not told of what the line has had already")
    func notSpurious() throws {
        try withWatchdog {
            let machine = Machine("drain-again")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.write(5)
            #expect(file.count == 5)
            try machine.set.deassign(file, gsi: 1)
            #expect(file.count == 0)
            #expect(machine.controller.pulses(1) == 1)
            try machine.set.assign(file, gsi: 1)
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            machine.end()
        }
    }

    @Test("A release drains too")
    func releaseDrains() throws {
        try withWatchdog {
            let machine = Machine("drain-release")
            let file = EventFDFile(initialValue: 9)
            try machine.set.assign(file, gsi: 1)
            machine.end()
            #expect(file.count == 0)
        }
    }

    @Test("In semaphore mode zero stays zero")
    func semaphoreZero() throws {
        try withWatchdog {
            let machine = Machine("drain-zero")
            let file = EventFDFile(flags: .semaphore)
            try machine.set.assign(file, gsi: 1)
            try machine.set.deassign(file, gsi: 1)
            #expect(file.count == 0)
            #expect(file.poll() == .output)
            #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
            machine.end()
        }
    }

    @Test("In semaphore mode it takes what a read would take: one")
    func semaphoreTakesOne() throws {
        try withWatchdog {
            let machine = Machine("drain-one")
            let file = EventFDFile(initialValue: 3, flags: .semaphore)
            try machine.set.assign(file, gsi: 1)
            try machine.set.deassign(file, gsi: 1)
            #expect(file.count == 2)
            machine.end()
        }
    }

    @Test("Nothing is drained while another irqfd is hooked on that eventfd")
    func otherIrqfd() throws {
        try withWatchdog {
            let machines = [Machine("drain-first"), Machine("drain-second")]
            let file = EventFDFile()
            for machine in machines { try machine.set.assign(file, gsi: 1) }
            try file.write(4)
            try machines[0].set.deassign(file, gsi: 1)
            #expect(file.count == 4)
            try machines[1].set.deassign(file, gsi: 1)
            #expect(file.count == 0)
            for machine in machines { machine.end() }
        }
    }

    @Test("A poller's entry is no irqfd, and does not keep the counter")
    func pollerDoesNotCount() throws {
        try withWatchdog {
            let machine = Machine("drain-poller")
            let file = EventFDFile()
            let entry = WaitQueueEntry(mask: .input) { _, _, _ in .notWoken }
            hook(entry, on: file)
            try machine.set.assign(file, gsi: 1)
            try file.write(4)
            try machine.set.deassign(file, gsi: 1)
            #expect(file.count == 0)
            machine.end()
        }
    }

    @Test("It wakes .output if it took something, and not otherwise", arguments: [0, 1, 7])
    func wakesOutput(count: UInt32) throws {
        try withWatchdog {
            let machine = Machine("drain-output")
            let file = EventFDFile(initialValue: count)
            let events = Recorder<PollEvents>()
            let entry = WaitQueueEntry(mask: .output) { _, event, _ in
                events.append(event)
                return .notWoken
            }
            hook(entry, on: file)
            try machine.set.assign(file, gsi: 1)
            machine.settle()
            #expect(events.isEmpty)
            try machine.set.deassign(file, gsi: 1)
            #expect(events.all == (count == 0 ? [] : [.output]))
            machine.end()
        }
    }

    @Test("A writer that waits for room goes on")
    func writerGoesOn() throws {
        try withWatchdog {
            let machine = Machine("drain-writer")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.write(.max - 1)
            let writer = TestThread("writer") { inStep("write") { (try? file.write(6)) != nil } }
            writer.waitUntilAsleep(in: "write")
            #expect(!writer.isFinished)
            try machine.set.deassign(file, gsi: 1)
            #expect(writer.join())
            #expect(file.count == 6)
            machine.end()
        }
    }

    @Test("An irqfd assigned anew while the old one is still hooked keeps the counter")
    func assignedAnewMeanwhile() throws {
        try withWatchdog {
            let cleanup = try HeldCleanup("drain-hold")
            let machine = Machine("drain-anew")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            // Deactivated, but its shutdown stands behind the one that holds the worker.
            let deassigner = TestThread("deassigner") { inStep("deassign") { try? machine.set.deassign(file, gsi: 1) } }
            deassigner.waitUntilAsleep(in: "deassign")
            try machine.set.assign(file, gsi: 2)
            try file.write(1)
            cleanup.letGo()
            #expect(deassigner.join() == true)
            #expect(file.count == 1, "the old one's unhook must not take the new one's event")
            machine.settle()
            #expect(machine.controller.pulses(2) == 1)
            try machine.set.deassign(file, gsi: 2)
            #expect(file.count == 0)
            machine.end()
            cleanup.end()
        }
    }
}
