// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("which operation wakes whom, with which key")
struct WakeTests {
    let listener = Listener()

    private func file(_ count: UInt64 = 0, _ flags: EventFDFlags = []) throws -> EventFDFile {
        let file = try EventFDFile.holding(count, flags: flags)
        listener.hook(on: file)
        return file
    }

    @Test("a write wakes with .input and nothing else")
    func write() throws {
        let file = try file()
        try file.write(1)
        try file.tryWrite(2)
        #expect(listener.keys.all == [.input, .input])
    }

    @Test("a write of zero wakes too")
    func writeZero() throws {
        let file = try file()
        try file.write(0)
        try file.tryWrite(0)
        #expect(file.count == 0)
        #expect(listener.keys.all == [.input, .input])
    }

    @Test("a read wakes with .output and nothing else, whether or not the counter was full")
    func read() throws {
        let file = try file(3)
        _ = try file.read()
        #expect(listener.keys.take() == [.output])
        try file.write(full)
        _ = try file.tryRead()
        #expect(listener.keys.take() == [.input, .output])
    }

    @Test("each read of a semaphore wakes")
    func readSemaphore() throws {
        let file = try file(2, .semaphore)
        _ = try file.read()
        _ = try file.read()
        #expect(listener.keys.all == [.output, .output])
    }

    @Test("a signal wakes with .input, also when nothing could be added")
    func signal() throws {
        let file = try file(full)
        let reference = try file.makeContextReference()
        for n in [1, 1, 0, .max] as [UInt64] { reference.signal(n) }
        #expect(listener.keys.all == [.input, .input, .input, .input])
        #expect(file.count == .max)
    }

    @Test("what fails wakes nobody")
    func failures() throws {
        let file = try file()
        #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
        #expect(throws: EventFDError.invalidArgument) { try file.write(.max) }
        #expect(listener.keys.isEmpty)
        try file.write(full)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
        #expect(listener.keys.all == [.input])
    }

    @Test("looking wakes nobody")
    func looking() throws {
        let file = try file(1)
        _ = file.poll()
        _ = file.count
        _ = try file.makeContextReference().duplicate().id
        file.isNonBlocking.toggle()
        #expect(listener.keys.isEmpty)
    }

    @Test("a close wakes with .hangup and nothing else, whatever the count", arguments: [0, 1, full, .max])
    func close(count: UInt64) throws {
        let file = try file(count)
        try file.close()
        #expect(listener.keys.all == [.hangup])
    }

    @Test("the function finds the counter already changed")
    func countInFunction() throws {
        let file = EventFDFile()
        let signaller = try Signaller(file)
        let counts = Recorder<UInt64>()
        // Reading the count of a file takes the queue's lock, so a function looks from another thread.
        let asked = Gate("the function runs")
        let listener = Listener { events in if events == .input { asked.open() } }
        listener.hook(on: file)
        withWatchdog {
            let asker = TestThread("asker") {
                asked.wait()
                counts.append(file.count)
            }
            signaller.signal(4)
            asker.join()
        }
        #expect(counts.all == [4])
    }

    @Test("functions run on the thread of whoever writes, before the write returns")
    func synchronous() throws {
        let file = EventFDFile()
        let log = Recorder<String>()
        let listener = Listener { events in log.append(events == .input ? "input" : "other") }
        listener.hook(on: file)
        log.append("before")
        try file.write(1)
        log.append("after")
        #expect(log.all == ["before", "input", "after"])
    }

    @Test("one exclusive entry is woken by each operation, the hang-up among them, as in the kernel")
    func oneExclusive() throws {
        let file = EventFDFile()
        let signaller = try Signaller(file)
        let listeners = (0..<2).map { _ in Listener(returning: .woken, leavesAtHangup: false) }
        for listener in listeners { listener.hook(on: file, exclusive: true) }
        let head = try file.queue
        try file.write(1)
        _ = try file.read()
        signaller.signal()
        try file.close()
        #expect(listeners[0].keys.all == [.input, .output, .input, .hangup])
        #expect(listeners[1].keys.all == [])
        // The signaller keeps the context, and with it the queue.
        for listener in listeners { head.remove(listener.entry) }
        signaller.signal()
    }

    @Test("exclusive entries that take nothing pass everything on")
    func passedOn() throws {
        let file = EventFDFile()
        let listeners = (0..<3).map { _ in Listener(returning: .notWoken) }
        for listener in listeners { listener.hook(on: file, exclusive: true) }
        try file.write(1)
        _ = try file.read()
        try file.close()
        for listener in listeners { #expect(listener.keys.all == [.input, .output, .hangup]) }
    }
}
