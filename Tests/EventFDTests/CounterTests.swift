// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("the counter")
struct CounterTests {
    @Test("a new file counts zero, blocks and is no semaphore")
    func new() throws {
        let file = EventFDFile()
        #expect(file.count == 0)
        #expect(!file.isNonBlocking)
        try file.write(5)
        #expect(try file.read() == 5)
    }

    @Test("the initial value has 32 bits", arguments: [0, 1, 7, UInt32.max])
    func initialValue(value: UInt32) {
        let file = EventFDFile(initialValue: value)
        #expect(file.count == UInt64(value))
        #expect(outcome { () throws(EventFDError) in try file.tryRead() } == (value == 0 ? .failure(.wouldBlock) : .success(UInt64(value))))
    }

    @Test("writes add up, a read takes all")
    func counter() throws {
        let file = EventFDFile(initialValue: 2)
        try file.write(3)
        try file.tryWrite(4)
        #expect(file.count == 9)
        #expect(try file.read() == 9)
        #expect(file.count == 0)
        #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
    }

    @Test("of a semaphore a read takes one")
    func semaphore() throws {
        let file = EventFDFile(initialValue: 2, flags: .semaphore)
        try file.write(1)
        for left in [2, 1, 0] as [UInt64] {
            #expect(try file.read() == 1)
            #expect(file.count == left)
        }
        #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
        #expect(file.count == 0)
    }

    @Test("a semaphore at the maximum goes down by one")
    func semaphoreAtMaximum() throws {
        let file = try EventFDFile.holding(.max, flags: .semaphore)
        #expect(try file.read() == 1)
        #expect(file.count == full)
        #expect(try file.tryRead() == 1)
        #expect(file.count == full - 1)
    }

    @Test("the largest value cannot be written, whatever the count", arguments: [0, 1, full, .max])
    func largestValue(count: UInt64) throws {
        for flags in [[], .nonBlocking, .semaphore] as [EventFDFlags] {
            let file = try EventFDFile.holding(count, flags: flags)
            #expect(throws: EventFDError.invalidArgument) { try file.write(.max) }
            #expect(throws: EventFDError.invalidArgument) { try file.tryWrite(.max) }
            #expect(file.count == count)
        }
    }

    @Test("the largest but one can, once")
    func largestButOne() throws {
        let file = EventFDFile()
        try file.write(full)
        #expect(file.count == full)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(full) }
        #expect(file.count == full)
        #expect(try file.read() == full)
        try file.tryWrite(full)
    }

    @Test("the count plus the value must be at most the largest but one")
    func room() throws {
        let file = try EventFDFile.holding(full - 10)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(11) }
        try file.tryWrite(4)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(7) }
        try file.tryWrite(6)
        #expect(file.count == full)
    }

    @Test("zero may be written to a full counter, but not to one at the maximum")
    func zero() throws {
        let empty = EventFDFile()
        try empty.write(0)
        #expect(empty.count == 0)
        let file = try EventFDFile.holding(full)
        try file.tryWrite(0)
        try file.write(0)
        #expect(file.count == full)
        let maximum = try EventFDFile.holding(.max)
        #expect(throws: EventFDError.wouldBlock) { try maximum.tryWrite(0) }
        #expect(maximum.count == .max)
    }

    @Test("a file that does not block throws .wouldBlock instead")
    func nonBlocking() throws {
        let file = EventFDFile(flags: .nonBlocking)
        #expect(file.isNonBlocking)
        #expect(throws: EventFDError.wouldBlock) { try file.read() }
        try file.write(full)
        #expect(throws: EventFDError.wouldBlock) { try file.write(1) }
        #expect(try file.read() == full)
    }

    @Test("blocking or not is a property that can be set")
    func setNonBlocking() throws {
        let file = EventFDFile()
        file.isNonBlocking = true
        #expect(file.isNonBlocking)
        #expect(throws: EventFDError.wouldBlock) { try file.read() }
        file.isNonBlocking = false
        #expect(!file.isNonBlocking)
        withWatchdog {
            let reader = file.sleepingReader()
            #expect(!reader.isFinished)
            #expect((try? file.write(1)) != nil)
            #expect(reader.join() == .success(1))
        }
    }

    @Test("semaphore and non-blocking together")
    func bothFlags() throws {
        let file = EventFDFile(initialValue: 1, flags: [.semaphore, .nonBlocking])
        try file.write(1)
        #expect(try file.read() == 1)
        #expect(try file.read() == 1)
        #expect(throws: EventFDError.wouldBlock) { try file.read() }
    }

    @Test("the errors have the kernel's numbers")
    func errorNumbers() {
        #expect(EventFDError.wouldBlock.errorNumber == 11)
        #expect(EventFDError.invalidArgument.errorNumber == 22)
        #expect(EventFDError.badFileDescriptor.errorNumber == 9)
        #expect(EventFDError.interrupted.errorNumber == 4)
        #expect(EventFDError.wouldBlock != .interrupted)
    }
}
