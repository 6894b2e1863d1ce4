// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("blocking reads and writes")
struct BlockingTests {
    @Test("a reader of an empty counter sleeps until a write")
    func readerAndWrite() throws {
        try withWatchdog {
            let file = EventFDFile()
            let reader = file.sleepingReader()
            #expect(!reader.isFinished)
            try file.write(7)
            #expect(reader.join() == .success(7))
            #expect(file.count == 0)
            #expect(try !file.queue.hasWaiters)
        }
    }

    @Test("a reader of an empty counter sleeps until a signal")
    func readerAndSignal() throws {
        try withWatchdog {
            let file = EventFDFile()
            let reader = file.sleepingReader()
            try Signaller(file).signal(9)
            #expect(reader.join() == .success(9))
        }
    }

    @Test("a write of zero wakes a reader, which sleeps on")
    func readerAndZero() throws {
        try withWatchdog {
            let file = EventFDFile()
            let reader = file.sleepingReader()
            try file.write(0)
            reader.waitUntilAsleep(in: "read")
            #expect(!reader.isFinished)
            try file.write(1)
            #expect(reader.join() == .success(1))
        }
    }

    @Test("tryRead and tryWrite of a blocking file do not sleep")
    func tryForms() throws {
        let file = EventFDFile()
        #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
        try file.write(full)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
    }

    @Test("of several readers one takes all, and the others sleep on")
    func severalReaders() throws {
        try withWatchdog {
            let file = EventFDFile()
            let values = Recorder<UInt64>()
            let threads = (1...3).map { number in
                let thread = TestThread("reader \(number)") {
                    if case .success(let value) = inStep("read", { outcome { () throws(EventFDError) in try file.read() } }) {
                        values.append(value)
                    }
                }
                thread.waitUntilAsleep(in: "read")
                return thread
            }
            for (index, value) in ([10, 20, 30] as [UInt64]).enumerated() {
                try file.write(value)
                #expect(values.wait(forCount: index + 1).last == value)
            }
            for thread in threads { thread.join() }
            #expect(values.all == [10, 20, 30])
        }
    }

    @Test("of a semaphore each reader takes one of what one write added")
    func semaphoreReaders() throws {
        try withWatchdog {
            let file = EventFDFile(flags: .semaphore)
            let readers = (1...3).map { file.sleepingReader("reader \($0)") }
            try file.write(3)
            for reader in readers { #expect(reader.join() == .success(1)) }
            #expect(file.count == 0)
        }
    }

    @Test("a writer to a full counter sleeps until a read")
    func writer() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full)
            let writer = file.sleepingWriter(5)
            #expect(!writer.isFinished)
            #expect(file.count == full)
            #expect(try file.read() == full)
            #expect(writer.join() == .success(0))
            #expect(file.count == 5)
        }
    }

    @Test("a writer that needs more room than a read makes sleeps on")
    func writerNeedsRoom() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full, flags: .semaphore)
            let writer = file.sleepingWriter(2)
            #expect(try file.read() == 1)
            writer.waitUntilAsleep(in: "write")
            #expect(!writer.isFinished)
            #expect(file.count == full - 1)
            #expect(try file.read() == 1)
            #expect(writer.join() == .success(0))
            #expect(file.count == full)
        }
    }

    @Test("even a writer of zero sleeps while the counter is at the maximum")
    func writerOfZero() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(.max)
            let writer = file.sleepingWriter(0)
            #expect(!writer.isFinished)
            #expect(try file.read() == .max)
            #expect(writer.join() == .success(0))
            #expect(file.count == 0)
        }
    }

    @Test("a writer of the largest value is refused, and does not sleep")
    func writerOfLargest() throws {
        let file = try EventFDFile.holding(full)
        #expect(throws: EventFDError.invalidArgument) { try file.write(.max) }
    }

    @Test("readers and writers sleep in one queue: a write that slept wakes the reader")
    func chain() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full)
            let writer = file.sleepingWriter(3)
            let reader = TestThread("reader") {
                [outcome { () throws(EventFDError) in try file.read() }, outcome { () throws(EventFDError) in try file.read() }]
            }
            #expect(reader.join() == [.success(full), .success(3)])
            #expect(writer.join() == .success(0))
        }
    }

    @Test("a sleeping reader is no exclusive waiter: a hooked exclusive entry is woken besides")
    func besideEntries() throws {
        try withWatchdog {
            let file = EventFDFile()
            let listener = Listener(returning: .woken)
            listener.hook(on: file, exclusive: true)
            let readers = (1...2).map { file.sleepingReader("reader \($0)") }
            try file.write(1)
            waitUntil("one has read") { readers.contains { $0.isFinished } }
            try file.write(2)
            let outcomes = readers.map { $0.join() }
            #expect(outcomes.contains(.success(1)))
            #expect(outcomes.contains(.success(2)))
            #expect(listener.keys.all == [.input, .output, .input, .output])
        }
    }

    @Test("I14 (EventFD side): a signal does not wait for anybody: not at the maximum, not for sleepers, not for a poll")
    func signalNeverBlocks() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full)
            let signaller = try Signaller(file)
            let writer = file.sleepingWriter(1)
            let isPolling = Gate("the poll has begun")
            let mayEnd = Gate("the poll may end")
            let poller = TestThread("poller") {
                file.poll(
                    PollTable { _ in
                        isPolling.open()
                        mayEnd.wait()
                    }
                )
            }
            isPolling.wait()
            #expect(signaller.signal() == 1)
            #expect(signaller.signal() == 0)
            #expect(signaller.signal(100) == 0)
            writer.waitUntilAsleep(in: "write")
            #expect(!writer.isFinished)
            mayEnd.open()
            #expect(poller.join() == [.input, .error])
            #expect(try file.read() == .max)
            #expect(writer.join() == .success(0))
        }
    }
}
