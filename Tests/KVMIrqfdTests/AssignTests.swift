// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import Workqueue

@Suite("Assign (KS §4.2)")
struct AssignTests {
    @Test("A signal after the assign becomes an interrupt on the assigned line")
    func signalBecomesInterrupt() throws {
        try withWatchdog {
            let machine = Machine("assign-basic")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 23)
            #expect(machine.controller.calls.isEmpty)
            try file.write(1)
            machine.controller.calls.wait(forCount: 2)
            #expect(machine.controller.pulses(23) == 1)
            machine.end()
        }
    }

    @Test("Nothing pending: nothing is injected")
    func nothingPending() throws {
        try withWatchdog {
            let machine = Machine("assign-nothing")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            machine.settle()
            #expect(machine.controller.calls.isEmpty)
            machine.end()
        }
    }

    @Test("An event pending before is injected once, whatever the count, and the count stays", arguments: [1, 5, UInt32.max])
    func pendingBefore(count: UInt32) throws {
        try withWatchdog {
            let machine = Machine("assign-pending")
            let file = EventFDFile(initialValue: count)
            try machine.set.assign(file, gsi: 4)
            machine.controller.calls.wait(forCount: 2)
            machine.settle()
            #expect(machine.controller.pulses(4) == 1)
            #expect(file.count == UInt64(count))
            machine.end()
        }
    }

    @Test("The same in semaphore mode")
    func pendingSemaphore() throws {
        try withWatchdog {
            let machine = Machine("assign-semaphore")
            let file = EventFDFile(initialValue: 3, flags: .semaphore)
            try machine.set.assign(file, gsi: 4)
            machine.controller.calls.wait(forCount: 2)
            machine.settle()
            #expect(machine.controller.pulses(4) == 1)
            #expect(file.count == 3)
            machine.end()
        }
    }

    @Test("A second assign of one eventfd in one set is refused, and the first goes on", arguments: [7, 8] as [GSI])
    func secondAssignIsRefused(second: GSI) throws {
        try withWatchdog {
            let machine = Machine("assign-busy")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 7)
            for _ in 0..<3 {
                #expect(throws: IrqfdError.resourceBusy) { try machine.set.assign(file, gsi: second) }
            }
            try file.write(1)
            machine.controller.calls.wait(forCount: 2)
            machine.settle()
            #expect(machine.controller.pulses(7) == 1)
            #expect(machine.controller.calls.count == 2)
            machine.end()
        }
    }

    @Test("Of several threads that assign one eventfd in one set at once, one succeeds")
    func oneOfSeveral() throws {
        try withWatchdog {
            let machine = Machine("assign-several")
            for _ in 0..<100 {
                let file = EventFDFile()
                let assigned = Recorder<GSI>()
                let unexpected = Recorder<IrqfdError>()
                inParallel(3) { index in
                    let gsi = GSI(rawValue: UInt32(index))
                    do throws(IrqfdError) {
                        try machine.set.assign(file, gsi: gsi)
                        assigned.append(gsi)
                    } catch {
                        if error != .resourceBusy { unexpected.append(error) }
                    }
                }
                #expect(unexpected.all == [])
                let winner = try #require(assigned.all.first)
                #expect(assigned.count == 1)
                #expect(try machine.set.deassign(file, gsi: winner))
            }
            machine.end()
        }
    }

    @Test("Another eventfd may have the same line")
    func sameLine() throws {
        try withWatchdog {
            let machine = Machine("assign-line")
            let files = [EventFDFile(), EventFDFile()]
            for file in files { try machine.set.assign(file, gsi: 9) }
            for (index, file) in files.enumerated() {
                try file.write(1)
                machine.controller.calls.wait(forCount: 2 * (index + 1))
            }
            #expect(machine.controller.pulses(9) == 2)
            #expect(try machine.set.deassign(files[0], gsi: 9))
            try files[1].write(1)
            machine.settle()
            #expect(machine.controller.pulses(9) == 3)
            machine.end()
        }
    }

    @Test("One eventfd may be assigned in two sets, and both inject")
    func twoSets() throws {
        try withWatchdog {
            let machines = [Machine("assign-set-one"), Machine("assign-set-two")]
            let file = EventFDFile()
            for machine in machines { try machine.set.assign(file, gsi: 2) }
            try file.write(1)
            for machine in machines {
                machine.controller.calls.wait(forCount: 2)
                machine.settle()
                #expect(machine.controller.pulses(2) == 1)
            }
            machines[0].end()
            try file.write(1)
            machines[1].settle()
            #expect(machines[1].controller.pulses(2) == 2)
            #expect(machines[0].controller.pulses(2) == 1)
            machines[1].end()
        }
    }

    @Test("Assigned again right after the deassign, as often as one likes")
    func againAfterDeassign() throws {
        try withWatchdog {
            let machine = Machine("assign-again")
            let file = EventFDFile()
            for round in 1...100 {
                try machine.set.assign(file, gsi: GSI(rawValue: UInt32(round)))
                try file.write(1)
                #expect(try machine.set.deassign(file, gsi: GSI(rawValue: UInt32(round))))
                #expect(machine.controller.pulses(GSI(rawValue: UInt32(round))) == 1)
            }
            #expect(machine.controller.calls.count == 200)
            machine.end()
        }
    }

    @Test("The line of a closed eventfd may be given to another one at once")
    func againAfterClose() throws {
        try withWatchdog {
            let machine = Machine("assign-closed")
            for round in 1...50 {
                let file = EventFDFile(initialValue: 1)
                try machine.set.assign(file, gsi: 3)
                try file.close()
                let next = EventFDFile(initialValue: 1)
                try machine.set.assign(next, gsi: 3)
                try next.close()
                try waitForShutdowns(machine.set)
                #expect(machine.controller.pulses(3) == 2 * round)
            }
            machine.end()
        }
    }

    @Test("A line's number is not judged")
    func anyNumber() throws {
        try withWatchdog {
            let machine = Machine("assign-numbers")
            for gsi in [0, 1, 4096, GSI(rawValue: .max)] {
                let file = EventFDFile(initialValue: 1)
                try machine.set.assign(file, gsi: gsi)
                machine.settle()
                #expect(machine.controller.pulses(gsi) == 1)
            }
            machine.end()
        }
    }
}

@Suite("What assign and deassign throw")
struct IrqfdErrorTests {
    @Test("A closed file: badFileDescriptor, before anything else")
    func closedFile() throws {
        try withWatchdog {
            let machine = Machine("error-closed")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.close()
            #expect(throws: IrqfdError.badFileDescriptor) { try machine.set.assign(file, gsi: 1) }
            #expect(throws: IrqfdError.badFileDescriptor) { try machine.set.deassign(file, gsi: 1) }
            machine.set.release()
            #expect(throws: IrqfdError.badFileDescriptor) { try machine.set.assign(file, gsi: 1) }
            #expect(throws: IrqfdError.badFileDescriptor) { try machine.set.deassign(file, gsi: 1) }
            machine.end()
        }
    }

    @Test("A released set: released")
    func releasedSet() throws {
        try withWatchdog {
            let machine = Machine("error-released")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            machine.set.release()
            #expect(throws: IrqfdError.released) { try machine.set.assign(file, gsi: 1) }
            #expect(throws: IrqfdError.released) { try machine.set.assign(EventFDFile(), gsi: 2) }
            #expect(throws: IrqfdError.released) { try machine.set.deassign(file, gsi: 1) }
            machine.end()
        }
    }

    @Test("A refused assign leaves nothing behind")
    func nothingLeftBehind() throws {
        try withWatchdog {
            let machine = Machine("error-behind")
            let file = EventFDFile(initialValue: 1)
            try machine.set.assign(file, gsi: 1)
            machine.settle()
            for _ in 0..<100 {
                #expect(throws: IrqfdError.resourceBusy) { try machine.set.assign(file, gsi: 2) }
            }
            machine.settle()
            #expect(machine.controller.calls.count == 2, "a refused assign does not sample the counter")
            machine.end()
            weak var gone: EventFDFile?
            do {
                let other = EventFDFile()
                gone = other
                #expect(throws: IrqfdError.released) { try machine.set.assign(other, gsi: 2) }
            }
            #expect(gone == nil)
        }
    }

    @Test("The errors have the kernel's numbers, and are told apart")
    func numbers() {
        #expect(IrqfdError.resourceBusy.errorNumber == 16)
        #expect(IrqfdError.badFileDescriptor.errorNumber == 9)
        #expect(IrqfdError.resourceBusy != .badFileDescriptor)
        #expect(IrqfdError.released != .resourceBusy)
        #expect(IrqfdError.released != .badFileDescriptor)
    }

    @Test("A line is its number")
    func gsi() {
        #expect(GSI(rawValue: 5) == 5)
        #expect((5 as GSI).rawValue == 5)
        #expect(Set([1, 2, 1] as [GSI]).count == 2)
    }
}
