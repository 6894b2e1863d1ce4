// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Testing

@testable import irqfd

@Suite struct AssignmentBookTests {
    private let violations = Violations()
    private let event = EventBook()
    private let setEnds = Fact()

    private func book(_ pending: AssignmentBook.PendingEvent = .none) -> AssignmentBook {
        AssignmentBook(gsi: 5, event: event, setEnds: setEnds, pending: pending, violations: violations)
    }

    private func assigned(_ pending: AssignmentBook.PendingEvent = .none) -> AssignmentBook {
        let book = book(pending)
        book.acceptAssign()
        return book
    }

    private func inject(_ book: AssignmentBook) {
        book.beginInjection()
        book.endInjection()
    }

    /// A signal from beginning to end.
    private func signal(expectedBy book: AssignmentBook? = nil) {
        let number = event.beginSignal()
        event.endSignal()
        book?.expect(number)
    }

    private func hasSeen(_ text: String) -> Bool {
        violations.count > 0 && violations.messages.allSatisfy { $0.contains(text) }
    }

    @Test func oneInjectionAnswersAllSignalsBeforeIt() {
        let book = assigned()
        for _ in 0..<5 { signal(expectedBy: book) }
        inject(book)
        book.checkQuiet()
        book.finish()
        #expect(violations.count == 0)
    }

    @Test func i7ASignalAfterTheLastInjectionBeganIsLost() {
        let book = assigned()
        signal(expectedBy: book)
        book.beginInjection()
        signal(expectedBy: book)
        book.endInjection()
        book.checkQuiet()
        #expect(violations.count == 1 && hasSeen("I7"))
    }

    @Test func i7ASignalThatIsFoundDueAfterTheEndIsLostAsWell() {
        let book = assigned()
        let number = event.beginSignal()
        event.endSignal()
        book.finish()
        #expect(violations.count == 0)
        book.expect(number)
        #expect(violations.count == 1 && hasSeen("I7"))
    }

    @Test func i2AnInjectionThatBeginsAfterTheEndIsLate() {
        let book = assigned()
        signal()
        book.finish()
        book.beginInjection()
        #expect(violations.count == 1 && hasSeen("I2"))
    }

    @Test func i2AnInjectionInProgressAtTheEndIsSeenFromBothSides() {
        let book = assigned()
        signal()
        book.beginInjection()
        book.finish()
        #expect(violations.count == 1)
        book.endInjection()
        #expect(violations.count == 2 && hasSeen("I2"))
    }

    @Test func theEndIsCheckedOnce() {
        let book = assigned()
        signal(expectedBy: book)
        book.finish()
        book.finish()
        #expect(violations.count == 1)
    }

    @Test func i8AnInjectionForEachSignalAndNotOneMore() {
        let book = assigned()
        for _ in 0..<3 {
            signal()
            inject(book)
        }
        #expect(violations.count == 0)
        inject(book)
        #expect(violations.count == 1 && hasSeen("I8"))
    }

    @Test(arguments: [AssignmentBook.PendingEvent.certain, .possible]) func i8OneMoreForTheEventThatWasThere(
        _ pending: AssignmentBook.PendingEvent
    ) {
        signal()
        let book = assigned(pending)
        inject(book)
        #expect(violations.count == 0)
        inject(book)
        #expect(violations.count == 1 && hasSeen("I8"))
    }

    @Test func i8ASignalThatIsUnderwayAtTheAssignMayBeInjected() {
        _ = event.beginSignal()
        let book = assigned()
        inject(book)
        #expect(violations.count == 0)
    }

    @Test func i6TheEventThatWasThereMustBeInjected() {
        assigned(.possible).finish()
        assigned(.none).finish()
        #expect(violations.count == 0)
        assigned(.certain).finish()
        #expect(violations.count == 1 && hasSeen("I6"))
    }

    @Test func twoInjectionsAtOnceAreNone() {
        let book = assigned(.possible)
        signal()
        book.beginInjection()
        book.beginInjection()
        #expect(violations.count == 1 && hasSeen("twice"))
    }

    @Test func aLineThatIsNotUpCannotBeLowered() {
        assigned().endInjection()
        #expect(hasSeen("lowered"))
    }

    @Test func aRefusedAssignInjectsNothing() {
        let book = book(.possible)
        book.beginInjection()
        book.endInjection()
        book.refuse()
        #expect(violations.count == 1 && hasSeen("refused"))
    }

    @Test func oneDeassignMatches() {
        let book = assigned()
        book.countMatch()
        #expect(violations.count == 0)
        book.countMatch()
        #expect(violations.count == 1)
    }

    @Test func itIsActiveFromTheEndOfTheAssignToTheBeginningOfAnyEnd() {
        let book = book()
        #expect(!book.isActive)
        book.acceptAssign()
        #expect(book.isActive)
        book.beginEnd()
        #expect(!book.isActive && !book.mayBeEndedByOthers)
        book.beginEnd()
        #expect(book.mayBeEndedByOthers)
        event.beginClose()
        #expect(!assigned().isActive && assigned().mayBeEndedByOthers)
    }

    @Test func theEndOfTheSetIsAnEnd() {
        let book = assigned()
        setEnds.establish()
        #expect(!book.isActive && book.mayBeEndedByOthers)
    }

    @Test func aDropIsAnEnd() {
        let book = assigned()
        #expect(event.beginDrop())
        #expect(!event.beginDrop())
        #expect(!book.isActive && book.mayBeEndedByOthers)
    }
}
