// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("closing")
struct CloseTests {
    let listener = Listener()

    @Test("a second close throws, and so does every operation on a closed file")
    func operations() throws {
        let file = EventFDFile(initialValue: 3)
        try file.close()
        #expect(throws: EventFDError.badFileDescriptor) { try file.close() }
        #expect(throws: EventFDError.badFileDescriptor) { try file.close() }
        #expect(throws: EventFDError.badFileDescriptor) { try file.read() }
        #expect(throws: EventFDError.badFileDescriptor) { try file.tryRead() }
        #expect(throws: EventFDError.badFileDescriptor) { try file.write(1) }
        #expect(throws: EventFDError.badFileDescriptor) { try file.tryWrite(1) }
        #expect(throws: EventFDError.badFileDescriptor) { try file.write(0) }
        #expect(throws: EventFDError.badFileDescriptor) { try file.write(.max) }
        #expect(throws: EventFDError.badFileDescriptor) { try file.makeContextReference().put() }
        #expect(file.poll() == .invalid)
        #expect(file.count == 0)
    }

    @Test("a closed file that does not block throws the same")
    func nonBlocking() throws {
        let file = EventFDFile(flags: .nonBlocking)
        try file.close()
        #expect(throws: EventFDError.badFileDescriptor) { try file.read() }
        #expect(throws: EventFDError.badFileDescriptor) { try file.write(1) }
    }

    @Test("sleeping readers wake up and throw")
    func sleepingReaders() throws {
        try withWatchdog {
            let file = EventFDFile()
            listener.hook(on: file)
            let readers = (1...3).map { file.sleepingReader("reader \($0)") }
            try file.close()
            for reader in readers { #expect(reader.join() == .failure(.badFileDescriptor)) }
            #expect(listener.keys.all == [.hangup])
        }
    }

    @Test("sleeping writers wake up and throw, and have added nothing")
    func sleepingWriters() throws {
        try withWatchdog {
            let file = try EventFDFile.holding(full)
            let signaller = try Signaller(file)
            listener.hook(on: file)
            let writers = (1...2).map { file.sleepingWriter(1, "writer \($0)") }
            try file.close()
            for writer in writers { #expect(writer.join() == .failure(.badFileDescriptor)) }
            #expect(listener.keys.all == [.hangup])
            #expect(signaller.signal(5) == 1)
        }
    }

    @Test("a sleeper of another queue user is not woken by the close before the hang-up")
    func noWakeBeforeHangup() {
        let file = EventFDFile()
        _ = file.poll(
            PollTable { head in
                head.add(listener.entry)
                #expect((try? file.close()) != nil)
                // This poll holds the file: the close has marked it, and called no function.
                #expect(listener.keys.isEmpty)
            }
        )
        #expect(listener.keys.all == [.hangup])
    }

    @Test("the last Swift reference is the last close")
    func lastReference() throws {
        var file: EventFDFile? = EventFDFile(initialValue: 1)
        let signaller = try Signaller(#require(file))
        if let file { listener.hook(on: file) }
        #expect(listener.keys.isEmpty)
        file = nil
        #expect(listener.keys.all == [.hangup])
        #expect(signaller.signal() == 1)
        #expect(listener.keys.all == [.hangup])
    }

    @Test("I19 (EventFD side): the hang-up comes with the last reference, not before")
    func lastOfTwoReferences() {
        var first: EventFDFile? = EventFDFile()
        var second = first
        if let first { listener.hook(on: first) }
        first = nil
        #expect(listener.keys.isEmpty)
        #expect((try? second?.write(1)) != nil)
        #expect(listener.keys.all == [.input])
        second = nil
        #expect(listener.keys.all == [.input, .hangup])
    }

    @Test("I9 (EventFD side): one hang-up, whether the file is closed, dropped, or both")
    func onceOnly() throws {
        let listener = Listener(leavesAtHangup: false)
        var file: EventFDFile? = EventFDFile()
        let signaller = try Signaller(#require(file))
        let head = try #require(try file?.queue)
        if let file { listener.hook(on: file) }
        try file?.close()
        #expect(listener.keys.all == [.hangup])
        #expect(throws: EventFDError.badFileDescriptor) { try file?.close() }
        file = nil
        signaller.signal()
        #expect(listener.keys.all == [.hangup, .input])
        head.remove(listener.entry)
    }

    @Test("I9 (EventFD side): one hang-up, however many threads close")
    func closersRace() throws {
        try withWatchdog {
            for _ in 0..<50 {
                let file = EventFDFile()
                let listener = Listener(leavesAtHangup: false)
                listener.hook(on: file)
                let signaller = try Signaller(file)
                let head = try file.queue
                let closed = Guarded(0)
                inParallel(3, name: "closer") { _ in if (try? file.close()) != nil { closed.withLock { $0 += 1 } } }
                #expect(closed.current == 1)
                #expect(listener.keys.all == [.hangup])
                head.remove(listener.entry)
                signaller.signal()
            }
        }
    }

    @Test("I12 (EventFD side): close does not wait for an operation in flight; the hang-up does")
    func closeNeverBlocks() throws {
        try withWatchdog {
            let file = EventFDFile(initialValue: 1)
            let isPolling = Gate("the poll has begun")
            let mayEnd = Gate("the poll may end")
            let poller = TestThread("poller") { [listener] in
                _ = file.poll(
                    PollTable { head in
                        head.add(listener.entry)
                        isPolling.open()
                        mayEnd.wait()
                    }
                )
            }
            isPolling.wait()
            try file.close()  // Returns, though the poll holds the file.
            #expect(throws: EventFDError.badFileDescriptor) { try file.close() }
            #expect(throws: EventFDError.badFileDescriptor) { try file.tryRead() }
            #expect(listener.keys.isEmpty)
            mayEnd.open()
            poller.join()
            #expect(listener.keys.all == [.hangup])
        }
    }

    @Test("the hang-up waits for the last of several operations in flight")
    func lastOfSeveral() throws {
        try withWatchdog {
            let file = EventFDFile()
            listener.hook(on: file)
            let isPolling = (1...2).map { Gate("poll \($0) has begun") }
            let mayEnd = (1...2).map { Gate("poll \($0) may end") }
            let pollers = (0..<2).map { index in
                TestThread("poller \(index)") {
                    _ = file.poll(
                        PollTable { _ in
                            isPolling[index].open()
                            mayEnd[index].wait()
                        }
                    )
                }
            }
            for gate in isPolling { gate.wait() }
            let reader = file.sleepingReader()
            try file.close()
            #expect(reader.join() == .failure(.badFileDescriptor))
            #expect(listener.keys.isEmpty)
            mayEnd[1].open()
            pollers[1].join()
            #expect(listener.keys.isEmpty)
            mayEnd[0].open()
            pollers[0].join()
            #expect(listener.keys.all == [.hangup])
        }
    }

    @Test("when close returns with nothing in flight, every function has returned from its hang-up")
    func hangupInClose() throws {
        let log = Recorder<String>()
        let file = EventFDFile()
        Listener { _ in log.append("hang-up") }.hook(on: file)
        try file.close()
        log.append("closed")
        #expect(log.all == ["hang-up", "closed"])
    }

    @Test("close against everything (hammer): each ends or throws, and the hang-up comes once and last")
    func storm() throws {
        try withWatchdog {
            for round in 0..<40 {
                let file = EventFDFile(initialValue: UInt32(round % 3), flags: round.isMultiple(of: 2) ? [] : .semaphore)
                let signaller = try Signaller(file)
                let listener = Listener()
                listener.hook(on: file)
                let outcomes = Recorder<Outcome>()
                inParallel([
                    ("reader", { for _ in 0..<4 { outcomes.append(outcome { () throws(EventFDError) in try file.read() }) } }),
                    (
                        "writer",
                        {
                            for value in 0..<4 as Range<UInt64> {
                                outcomes.append(
                                    outcome { () throws(EventFDError) in
                                        try file.write(value)
                                        return 0
                                    }
                                )
                                signaller.signal(value)
                                _ = file.poll()
                            }
                        }
                    ),
                    ("closer", { #expect((try? file.close()) != nil) }),
                ])
                #expect(outcomes.all.allSatisfy { $0 != .failure(.wouldBlock) && $0 != .failure(.interrupted) })
                #expect(listener.keys.all.filter { $0.contains(.hangup) } == [.hangup])
                #expect(listener.keys.all.last == .hangup)
            }
        }
    }
}
