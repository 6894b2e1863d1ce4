// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
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

#if os(Linux)
    /// A line that counts by the kernel's counter.
    @Suite struct KernelCountedLineTests {
        private let line = Line(gsi: 5, failures: Failures(), countsInKernel: true)
        private let wire: Wire
        private let file: EventFDFile

        init() throws {
            wire = try Wire()
            file = try wire.makeFile()
            line.follow(wire.counter)
            line.beginAssignment()
        }

        @Test func anInjectionAnswersWhatTheCounterHadAtItsBeginning() throws {
            try file.write(3)
            line.inject {
                #expect(throws: Never.self) { try file.write(1) }
                return .latched
            }
            line.take()
            #expect(line.awaitAnswer(atMost: .zero) == nil)
            line.inject { .latched }
            line.take()
            #expect(line.awaitAnswer(atMost: .zero) != nil)
            #expect(line.tally.answered == 4 && line.tally.signals == 4 && line.tally.coalesced == 2)
        }

        @Test func afterADrainASmallCounterIsNotTakenForAnswered() throws {
            try file.write(10)
            line.inject { .latched }
            line.take()
            _ = try file.read()
            line.endAssignment()
            line.beginAssignment()
            try file.write(2)
            #expect(line.awaitAnswer(atMost: .zero) == nil)
            #expect(line.remainder == 2)
            line.countLost()
            #expect(line.tally.lost == 2 && line.tally.answered == 10)
        }

        @Test func whoTakesSignalsOutWhileAssignedIsSeen() throws {
            try file.write(10)
            #expect(line.lastSignal == 10 && !line.isDrained)
            _ = try file.read()
            #expect(line.lastSignal == 10 && line.isDrained)
        }

        @Test func theBookSeesWhatIsSignalledAfterTheFileIsClosed() throws {
            try file.close()
            line.endAssignment()
            let other = try EventFDFile(descriptor: try wire.descriptor.duplicate())
            try other.write(4)
            line.retire()
            #expect(line.tally.unheard == 4 && line.tally.signals == 4)
        }
    }
#endif

@Suite struct DeviceMessageTests {
    @Test(arguments: [
        DeviceMessage.exchange, .signal(count: 12), .storm(pause: 500_000), .signalled(began: .max, sum: 1 << 40),
    ])
    func aMessageIsReadAsItWasWritten(_ message: DeviceMessage) {
        #expect(DeviceMessage(bytes: message.bytes) == message)
    }

    @Test func whatIsNoMessageIsNotRead() {
        #expect(DeviceMessage(bytes: []) == nil)
        #expect(DeviceMessage(bytes: Array(repeating: 0xFF, count: 24)) == nil)
    }
}
