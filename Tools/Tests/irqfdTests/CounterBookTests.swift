// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct CounterBookTests {
    private var book = CounterBook()

    @Test mutating func whatTheCounterShowsIsTheNumberOfTheLastSignal() {
        book.observe(3)
        book.observe(3)
        book.observe(8)
        #expect(book.signals == 8 && book.drains == 0)
    }

    @Test mutating func theSignalsOfTheNextEpochComeAfterThoseOfTheLast() {
        book.observe(5)
        book.closeEpoch()
        #expect(book.signals == 5 && book.count == 0)
        // More than before the drain: still all of them are new.
        book.observe(9)
        #expect(book.signals == 14 && book.drains == 0)
    }

    @Test mutating func aCounterThatGoesBackWasDrained() {
        book.observe(5)
        book.observe(2)
        #expect(book.signals == 7 && book.drains == 1)
        book.closeEpoch()
        #expect(book.signals == 7 && book.drains == 0)
    }

    @Test mutating func numbersNeverGoBack() {
        var last: UInt64 = 0
        for count: UInt64 in [4, 9, 1, 0, 0, 3, 2] {
            book.observe(count)
            if count == 3 { book.closeEpoch() }
            #expect(book.signals >= last)
            last = book.signals
        }
    }
}
