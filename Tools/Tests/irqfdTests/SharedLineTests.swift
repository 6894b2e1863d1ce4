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

    @Test func aWriteThatFailedIsNotDue() {
        book.acceptAssign()
        line.send { false }
        book.finish()
        #expect(violations.count == 0)
    }
}
