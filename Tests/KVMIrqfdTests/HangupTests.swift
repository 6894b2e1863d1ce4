// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("Hang-up: the eventfd ends first (KS §4.3, §4.5)")
struct HangupTests {
    @Test("A close ends the irqfd")
    func close() throws {
        try withWatchdog {
            let machine = Machine("hangup-close")
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 1)
            signaller.signal()
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            try file.close()
            try waitForShutdowns(machine.set)
            #expect(signaller.signal() == 1, "the context outlives the file")
            machine.settle()
            #expect(machine.controller.pulses(1) == 1)
            machine.end()
        }
    }

    @Test("The last Swift reference is the last close")
    func lastReference() throws {
        try withWatchdog {
            let machine = Machine("hangup-drop")
            let signaller: Signaller
            weak var gone: EventFDFile?
            do {
                let file = EventFDFile()
                gone = file
                signaller = try Signaller(file)
                try machine.set.assign(file, gsi: 1)
                #expect(gone != nil)
            }
            #expect(gone == nil, "an irqfd does not keep the file")
            try waitForShutdowns(machine.set)
            signaller.signal()
            machine.settle()
            #expect(machine.controller.calls.isEmpty)
            machine.end()
        }
    }

    @Test("What was signalled before the close is injected")
    func signalledBefore() throws {
        try withWatchdog {
            let machine = Machine("hangup-before")
            for round in 1...200 {
                let file = EventFDFile()
                try machine.set.assign(file, gsi: 1)
                try file.write(1)
                try file.close()
                try waitForShutdowns(machine.set)
                #expect(machine.controller.pulses(1) == round)
            }
            machine.end()
        }
    }

    @Test("It ends the irqfds of all sets")
    func allSets() throws {
        try withWatchdog {
            let machines = (0..<3).map { Machine("hangup-set-\($0)") }
            let file = EventFDFile()
            let signaller = try Signaller(file)
            for machine in machines { try machine.set.assign(file, gsi: 1) }
            try file.close()
            try waitForShutdowns(machines[0].set)
            signaller.signal()
            for machine in machines {
                machine.settle()
                #expect(machine.controller.calls.isEmpty)
                machine.end()
            }
        }
    }

    @Test("A second close changes nothing")
    func secondClose() throws {
        try withWatchdog {
            let machine = Machine("hangup-second")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.close()
            #expect(throws: EventFDError.badFileDescriptor) { try file.close() }
            try waitForShutdowns(machine.set)
            machine.end()
        }
    }

    @Test("The set goes on with its other irqfds")
    func othersGoOn() throws {
        try withWatchdog {
            let machine = Machine("hangup-others")
            let files = (0..<3).map { _ in EventFDFile() }
            for (line, file) in files.enumerated() { try machine.set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
            try files[1].close()
            try files[0].write(1)
            try files[2].write(1)
            machine.settle()
            #expect([0, 1, 2].map { machine.controller.pulses($0) } == [1, 0, 1])
            machine.end()
        }
    }

    @Test("A close in the interrupt's own function is put in order: the shutdown waits for that function")
    func closeInsideTheInterrupt() throws {
        try withWatchdog {
            let file = EventFDFile()
            let events = Recorder<String>()
            let machine = Machine("hangup-inside") { _ in
                try? file.close()
                events.append("closed")
            }
            try machine.set.assign(file, gsi: 1)
            try file.write(1)
            machine.controller.calls.wait(forCount: 2)
            try waitForShutdowns(machine.set)
            #expect(events.all == ["closed"])
            machine.end()
        }
    }

    @Test("An eventfd that is dropped inside a wake function hangs up when that lock is gone")
    func droppedInAWakeFunction() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let machine = Machine("hangup-wake")
                let owner = Guarded<EventFDFile?>(nil)
                do {
                    let file = EventFDFile(initialValue: 1)
                    try machine.set.assign(file, gsi: 1)
                    owner.withLock { $0 = file }
                }
                let head = WaitQueueHead()
                let inside = Recorder<Int>()
                let entry = WaitQueueEntry { _, _, _ in
                    let file = owner.withLock { file in
                        defer { file = nil }
                        return file
                    }
                    inside.append(file == nil ? 0 : Census().irqfds)
                    return .notWoken
                }
                head.add(entry)
                head.wake()
                head.remove(entry)
                #expect(inside.all == [1])
                try waitForShutdowns(machine.set)
                #expect(Census().irqfds == 0)
                #expect(machine.controller.pulses(1) == 1)
                machine.end()
            }
        }
    }

    @Test("A reader that sleeps in the file is told, and the irqfd ends all the same")
    func sleepingReader() throws {
        try withWatchdog {
            let machine = Machine("hangup-reader")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            let reader = TestThread("reader") {
                inStep("read") { () -> EventFDError? in
                    do throws(EventFDError) {
                        _ = try file.read()
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            reader.waitUntilAsleep(in: "read")
            try file.close()
            #expect(reader.join() == .badFileDescriptor)
            try waitForShutdowns(machine.set)
            machine.settle()
            #expect(machine.controller.calls.isEmpty)
            machine.end()
        }
    }
}
