// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import Testing

@testable import irqfd

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
