// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Testing

@testable import irqfd

@Suite struct MachineBookTests {
    private let violations = Violations()
    private let event = EventBook()

    private func hasSeen(_ text: String) -> Bool {
        violations.count > 0 && violations.messages.allSatisfy { $0.contains(text) }
    }

    @Test func i1ACallAfterTheReleaseIsLate() {
        let machine = MachineBook(violations: violations)
        machine.beginCall()
        machine.endCall()
        machine.finish()
        #expect(violations.count == 0 && machine.isOver)
        machine.beginCall()
        #expect(violations.count == 1 && hasSeen("I1"))
    }

    @Test func i1ACallDuringTheReleaseIsSeenFromBothSides() {
        let machine = MachineBook(violations: violations)
        machine.beginCall()
        machine.finish()
        machine.finish()
        #expect(violations.count == 1)
        machine.endCall()
        #expect(violations.count == 2 && hasSeen("I1"))
    }

    @Test func oneCallAtATime() {
        let machine = MachineBook(violations: violations)
        machine.beginCall()
        machine.beginCall()
        #expect(violations.count == 1 && hasSeen("twice"))
    }

    @Test func theReleaseEndsAllAssigns() {
        let machine = MachineBook(violations: violations)
        for gsi in 1...3 {
            machine.open(gsi: GSI(rawValue: UInt32(gsi)), event: event, pending: .certain).acceptAssign()
        }
        machine.finish()
        #expect(violations.count == 3 && hasSeen("I6"))
    }

    @Test func aRefusedAssignHasNoBook() {
        let machine = MachineBook(violations: violations)
        let book = machine.open(gsi: 4, event: event, pending: .none)
        #expect(machine.book(of: 4) === book && machine.book(of: 5) == nil)
        machine.refuse(book)
        #expect(machine.book(of: 4) == nil && violations.count == 0)
    }

    @Test func itIsToldWhenItsControllerGoes() {
        let machine = MachineBook(violations: violations)
        var controller: TortureController? = TortureController(machine: machine, temper: .prompt, arena: Arena())
        #expect(controller != nil && !machine.hasLostController)
        controller = nil
        #expect(machine.hasLostController)
    }

    @Test func anInterruptWithoutABookIsAViolation() {
        let arena = Arena()
        let controller = TortureController(machine: MachineBook(violations: arena.violations), temper: .prompt, arena: arena)
        controller.setInterrupt(7, level: true)
        #expect(arena.violations.count == 1 && arena.tally.injections.now == 1)
    }
}
