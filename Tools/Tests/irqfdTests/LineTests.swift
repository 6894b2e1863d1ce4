// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import KVMIrqfd
import Testing

@testable import irqfd

@Suite struct LineTests {
    private let line = Line(gsi: 5, failures: Failures())

    private func signal(_ count: Int) {
        for _ in 0..<count { line.beginSignal() }
    }

    @Test func signalsOfOneInterruptAreCoalesced() {
        line.beginAssignment()
        signal(5)
        line.inject { .latched }
        line.take()
        let tally = line.tally
        #expect(tally.delivered == 1 && tally.coalesced == 4 && tally.answered == 5 && tally.spare == 0)
        #expect(line.awaitAnswer(atMost: .zero) != nil)
    }

    @Test func aSignalAfterTheInjectionBeganIsNotAnsweredByIt() {
        line.beginAssignment()
        signal(1)
        line.inject {
            signal(1)
            return .latched
        }
        line.take()
        #expect(line.awaitAnswer(atMost: .zero) == nil)
        line.countLost()
        #expect(line.tally.lost == 1 && line.tally.answered == 1)
    }

    @Test func anInterruptTakenBeforeRaisingReturnsIsThatOfTheInjection() {
        line.beginAssignment()
        signal(2)
        line.inject {
            line.take()
            return .latched
        }
        #expect(line.tally.answered == 2 && line.tally.spare == 0)
    }

    @Test func anInterruptTakenDuringALaterInjectionAnswersTheEarlierOneOnly() {
        line.beginAssignment()
        signal(1)
        line.inject { .latched }
        signal(1)
        line.inject {
            line.take()
            #expect(line.awaitAnswer(atMost: .zero) == nil)
            return .latched
        }
        line.take()
        #expect(line.tally.answered == 2 && line.tally.spare == 0)
    }

    @Test func aMergedInjectionIsAnsweredWithTheOneItJoined() {
        line.beginAssignment()
        signal(1)
        line.inject { .latched }
        signal(1)
        line.inject { .merged }
        line.take()
        #expect(line.tally.answered == 2)
        signal(1)
        line.inject { .latched }
        signal(1)
        line.inject {
            line.take()
            return .merged
        }
        #expect(line.tally.answered == 4 && line.tally.delivered == 2 && line.tally.coalesced == 2)
    }

    @Test func lateIsWhoBeginsOrGoesOnAfterTheEnd() {
        line.inject { .latched }
        #expect(line.tally.late == 1)
        line.beginAssignment()
        line.inject { .latched }
        line.endInjection {}
        #expect(line.tally.late == 1)
        line.inject {
            line.endAssignment()
            return .latched
        }
        #expect(line.tally.late == 2)
        line.endInjection {}
        #expect(line.tally.late == 3)
    }

    @Test func anEndMayBeSaidTwice() {
        line.beginAssignment()
        line.endAssignment()
        line.endAssignment()
        #expect(!line.isAssigned)
    }

    @Test func whatIsLeftWhenAFileIsClosedIsUnheard() {
        signal(3)
        line.retire()
        #expect(line.tally.unheard == 3 && line.tally.lost == 0)
        #expect(line.awaitAnswer(atMost: .zero) != nil)
    }
}
