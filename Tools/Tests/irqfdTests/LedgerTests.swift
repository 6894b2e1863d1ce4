// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct LedgerTests {
    @Test func whatWasAddedAndNotTakenIsLeft() {
        let ledger = Ledger(initialValue: 3)
        ledger.add(9)
        ledger.take(5)
        #expect(ledger.left == 7)
    }

    @Test func whatWasRefusedIsNotLeft() {
        let ledger = Ledger(initialValue: 0)
        ledger.add(9)
        ledger.takeBack(9)
        #expect(ledger.left == 0)
    }

    @Test func aCounterThatIsFilledTwiceIsStillKnown() {
        let ledger = Ledger(initialValue: .max - 1)
        ledger.take(.max - 1)
        ledger.add(.max - 1)
        ledger.add(7)
        #expect(ledger.left == 5 &+ .max &+ 1)
        ledger.take(.max - 1)
        #expect(ledger.left == 7)
    }
}
