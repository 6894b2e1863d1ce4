// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Testing

@testable import irqfd

@Suite struct SharedLineTests {
    private let file = EventFDFile()
    private let line: SharedLine
    private let violations = Violations()
    private let book: AssignmentBook

    init() throws {
        line = try SharedLine(file, sets: 2)
        book = AssignmentBook(gsi: 1, event: line.event, setEnds: Fact(), pending: .none, violations: violations)
        line.publish(book, at: 1)
    }

    @Test func aSignalWhileActiveIsDue() {
        book.acceptAssign()
        line.signal(Tally())
        book.checkQuiet()
        #expect(violations.count == 1 && file.count == 1)
    }

    @Test func aSignalThatWasSentOnlyPartlyWhileActiveIsNotDue() {
        line.send {
            book.acceptAssign()
            return true
        }
        line.send {
            book.beginEnd()
            return true
        }
        book.finish()
        #expect(violations.count == 0)
    }

    @Test func aSignalThatIsHeardOfLateIsNotDue() throws {
        let line = try SharedLine(file, sets: 1, late: 2)
        let book = AssignmentBook(gsi: 1, event: line.event, setEnds: Fact(), pending: .none, violations: violations)
        line.publish(book, at: 0)
        book.acceptAssign()
        #expect(line.signal(Tally(), 3) == 3)
        book.finish()
        #expect(violations.count == 0 && !book.hasAnswered(1))
    }

    @Test func whatIsHeardOfLateMayInterruptTwiceMore() throws {
        let line = try SharedLine(file, sets: 1, late: 2)
        line.signal(Tally())
        let book = AssignmentBook(gsi: 1, event: line.event, setEnds: Fact(), pending: .possible, violations: violations)
        for number in 1...4 {
            book.beginInjection()
            book.endInjection()
            #expect(violations.count == (number > 3 ? 1 : 0))
        }
    }

    @Test func aWriteThatFailedIsNotDue() {
        book.acceptAssign()
        line.send { false }
        book.finish()
        #expect(violations.count == 0)
    }
}
