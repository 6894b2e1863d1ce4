// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import TestSupport
    import Testing
    import WaitQueue

    @Suite("a file on the kernel's eventfd: its events")
    struct DescriptorEventTests {
        @Test("every write of the other side calls the functions, in the poller's thread")
        func wakes() throws {
            try withWatchdog {
                let pair = try Peered()
                let listener = Listener()
                let heard = listener.keys
                listener.hook(on: pair.file)
                for round in 1...100 {
                    KernelDescriptor.write(pair.peer.number, 1)
                    heard.wait(forCount: round)
                    #expect(heard.count == round)
                }
                #expect(heard.all.allSatisfy { $0 == .input })
                // Our own writes and signals come by the same way.
                try pair.file.write(1)
                heard.wait(forCount: 101)
                let reference = try pair.file.makeContextReference()
                reference.signal()
                heard.wait(forCount: 102)
                reference.put()
                try pair.file.close()
                #expect(heard.all.last == .hangup)
                KernelDescriptor.write(pair.peer.number, 1)
            }
        }

        @Test("a read of ours wakes .output; one of the other side does when there was no room")
        func output() throws {
            try withWatchdog {
                let pair = try Peered(flags: .nonBlocking)
                let heard = Recorder<PollEvents>()
                let entry = WaitQueueEntry(mask: .output) { _, events, _ in
                    heard.append(events)
                    return .woken
                }
                #expect(pair.file.poll(PollTable { $0.add(entry) }) == .output)
                try pair.file.write(full)
                _ = try pair.file.read()
                heard.wait(forCount: 1)
                try pair.file.write(full)
                #expect(throws: EventFDError.wouldBlock) { try pair.file.write(1) }
                #expect(heard.count == 1)
                _ = KernelDescriptor.read(pair.peer.number)
                heard.wait(forCount: 2)
                #expect(heard.all == [.output, .output])
            }
        }

        @Test(
            "a blocking read sleeps until the other side writes, though the descriptor is blocking or not",
            arguments: [[], .nonBlocking] as [EventFDFlags]
        )
        func blockingRead(_ flags: EventFDFlags) throws {
            try withWatchdog {
                let pair = try Peered(flags: flags)
                pair.file.isNonBlocking = false
                let reader = pair.file.sleepingReader()
                KernelDescriptor.write(pair.peer.number, 9)
                #expect(reader.join() == .success(9))
            }
        }

        @Test("of two blocking reads each gets one of a semaphore")
        func twoReaders() throws {
            try withWatchdog {
                let pair = try Peered(flags: .semaphore)
                let readers = [pair.file.sleepingReader("one"), pair.file.sleepingReader("other")]
                KernelDescriptor.write(pair.peer.number, 2)
                for reader in readers { #expect(reader.join() == .success(1)) }
                #expect(pair.file.count == 0)
            }
        }

        @Test("a blocking write sleeps until the other side reads", arguments: [1, 7] as [UInt64])
        func blockingWrite(_ value: UInt64) throws {
            try withWatchdog {
                let pair = try Peered()
                KernelDescriptor.write(pair.peer.number, full)
                let writer = pair.file.sleepingWriter(value)
                #expect(KernelDescriptor.read(pair.peer.number) == full)
                #expect(writer.join() == .success(0))
                #expect(KernelDescriptor.read(pair.peer.number) == value)
            }
        }

        @Test("who looks by poll alone, and waits for room, is told of it")
        func roomByPoll() throws {
            try withWatchdog {
                let pair = try Peered(flags: .nonBlocking)
                let (file, peer) = (pair.file, pair.peer.number)
                let queue = try file.queue
                for _ in 0..<3 {
                    KernelDescriptor.write(peer, full)
                    let waiter = TestThread("waiter") { inStep("wait") { queue.wait(until: { file.poll().contains(.output) }) } }
                    waiter.waitUntilAsleep(in: "wait")
                    #expect(KernelDescriptor.read(peer) == full)
                    waiter.join()
                }
            }
        }

        @Test("exclusive waiters: each is served, though events come together")
        func exclusive() throws {
            try withWatchdog {
                let pair = try Peered(flags: [.semaphore, .nonBlocking])
                let (file, peer) = (pair.file, pair.peer.number)
                let queue = try file.queue
                let waiters = (0..<4).map { index in
                    TestThread("waiter \(index)") {
                        inStep("wait") { queue.wait(until: { (try? file.tryRead()) != nil }, exclusive: true) }
                    }
                }
                for waiter in waiters { waiter.waitUntilAsleep(in: "wait") }
                KernelDescriptor.write(peer, 4)
                for waiter in waiters { waiter.join() }
                #expect(file.count == 0)
            }
        }

        @Test("what is told together is told to all exclusive entries: nobody knows how many writes or reads it was")
        func exclusiveEntries() throws {
            try withWatchdog {
                let pair = try Peered(flags: .nonBlocking)
                let (file, peer) = (pair.file, pair.peer.number)
                let told = Recorder<PollEvents>()
                let entries = [PollEvents.input, .input, .output, .output].map { mask in
                    WaitQueueEntry(mask: mask) { _, events, _ in
                        told.append(events)
                        return .woken
                    }
                }
                _ = file.poll(PollTable { head in for entry in entries { head.add(entry, exclusive: true) } })
                KernelDescriptor.write(peer, full)
                #expect(told.wait(forCount: 2) == [.input, .input])
                #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
                #expect(KernelDescriptor.read(peer) == full)
                #expect(told.wait(forCount: 4) == [.input, .input, .output, .output])
            }
        }

        @Test("exclusive waiters for room: each is served, read after read")
        func exclusiveRoom() throws {
            try withWatchdog {
                let pair = try Peered(flags: .nonBlocking)
                let (file, peer) = (pair.file, pair.peer.number)
                let queue = try file.queue
                KernelDescriptor.write(peer, full)
                let waiters = (0..<3).map { index in
                    TestThread("waiter \(index)") {
                        inStep("wait") { queue.wait(until: { (try? file.tryWrite(full)) != nil }, exclusive: true) }
                    }
                }
                for waiter in waiters { waiter.waitUntilAsleep(in: "wait") }
                for served in 1...3 {
                    waitUntil("the counter is full") { file.count == full }
                    #expect(KernelDescriptor.read(peer) == full)
                    waitUntil("\(served) are served") { waiters.count { $0.isFinished } == served }
                }
            }
        }

        @Test("a large debt is paid in parts, and others are heard of meanwhile")
        func largeDebt() throws {
            try withWatchdog {
                let pair = try Peered(flags: [.semaphore, .nonBlocking])
                let (file, peer) = (pair.file, pair.peer.number)
                KernelDescriptor.write(peer, full)
                let signaller = try Signaller(file)
                #expect(signaller.signal(500) == 0)
                let other = try Peered()
                let listener = Listener()
                listener.hook(on: other.file)
                for round in 1...500 {
                    #expect(KernelDescriptor.read(peer) == 1)
                    KernelDescriptor.write(other.peer.number, 1)
                    listener.keys.wait(forCount: round)
                }
                waitUntil("all is paid") { file.count == full }
                #expect(KernelDescriptor.read(peer) == 1)
                #expect(signaller.signal() == 1)
            }
        }

        @Test("where there is room, but too little, a blocking write sleeps as well, and is not woken again and again")
        func tooLittleRoom() throws {
            try withWatchdog {
                let pair = try Peered()
                let (file, peer) = (pair.file, pair.peer.number)
                KernelDescriptor.write(peer, full - 2)
                let told = Guarded(0)
                let entry = WaitQueueEntry(mask: .output) { _, _, _ in
                    told.withLock { $0 += 1 }
                    return .woken
                }
                _ = file.poll(PollTable { $0.add(entry) })
                let writer = file.sleepingWriter(7)
                // What the poller has heard by now, it has heard before this.
                let probe = try Peered()
                let listener = Listener()
                listener.hook(on: probe.file)
                for round in 1...20 {
                    KernelDescriptor.write(probe.peer.number, 1)
                    listener.keys.wait(forCount: round)
                }
                #expect(told.current <= 1)
                #expect(!writer.isFinished)
                #expect(KernelDescriptor.read(peer) == full - 2)
                #expect(writer.join() == .success(0))
                #expect(KernelDescriptor.read(peer) == 7)
            }
        }

        @Test("a close wakes who sleeps on the file, and they throw; then comes the hang-up")
        func close() throws {
            try withWatchdog {
                let pair = try Peered()
                let listener = Listener()
                listener.hook(on: pair.file)
                let reader = pair.file.sleepingReader()
                try pair.file.close()
                #expect(reader.join() == .failure(.badFileDescriptor))
                #expect(listener.keys.all == [.hangup])
            }
        }

        @Test("reads and writes in a task")
        func tasks() async throws {
            let pair = try Peered()
            let (file, peer) = (pair.file, pair.peer.number)
            async let value = file.read()
            await waitUntil("the reader is queued") { file.hasWaiters }
            KernelDescriptor.write(peer, 3)
            #expect(try await value == 3)
            KernelDescriptor.write(peer, full)
            async let written: Void = file.write(5)
            await waitUntil("the writer is queued") { file.hasWaiters }
            #expect(KernelDescriptor.read(peer) == full)
            try await written
            #expect(KernelDescriptor.read(peer) == 5)

            let cancelled = Task { try await file.read() }
            await waitUntil("the reader is queued") { file.hasWaiters }
            cancelled.cancel()
            await #expect(throws: EventFDError.interrupted) { try await cancelled.value }
            let closed = Task { try await file.read() }
            await waitUntil("the reader is queued") { file.hasWaiters }
            try file.close()
            await #expect(throws: EventFDError.badFileDescriptor) { try await closed.value }
        }

        @Test("a blocking read in the poller's thread is misuse, with a sentence")
        func onPoller() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { try readOnPoller() }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("EventFDFile.read() was called in the thread that hears of the events of descriptors"))
        }

        @Test("a thousand descriptors on one thread: every event of each arrives")
        func thousand() async {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) { try useThousand() }
            print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self), terminator: "")
        }

        @Test("writes, closes, puts and new files at once, with descriptors that are used again (hammer)")
        func storm() {
            withWatchdog {
                inParallel(3, name: "owner") { _ in
                    for round in 0..<60 { endUnderFire(round) }
                }
            }
        }
    }

    extension EventFDFile {
        fileprivate var hasWaiters: Bool { (try? queue)?.hasWaiters ?? false }
    }

    /// Something whose end is a mistake: it reads a file that stands on a descriptor, wherever it is.
    private final class ReadsAtItsEnd: Sendable {
        let file: EventFDFile
        init(_ file: EventFDFile) { self.file = file }
        deinit { _ = try? file.read() }
    }

    private func readOnPoller() throws {
        let other = try Peered()
        let pair = try Peered()
        hookBomb(on: pair.file, reading: other.file)
        KernelDescriptor.write(pair.peer.number, 1)
        waitUntil("the program ends") { false }
    }

    private func hookBomb(on file: EventFDFile, reading other: EventFDFile) {
        let bomb = ReadsAtItsEnd(other)
        _ = file.poll(
            PollTable { head in
                head.add(
                    WaitQueueEntry { entry, _, locked in
                        withExtendedLifetime(bomb) { locked.remove(entry) }
                        return .woken
                    }
                )
            }
        )
    }

    /// A thousand files, of which each is written to fifty times; who has heard of the last write of each is asked.
    private func useThousand() throws {
        let count = 1000
        let rounds = 50
        var files: [EventFDFile] = []
        var peers: [Int32] = []
        let heard = (0..<count).map { _ in Guarded<UInt64>(0) }
        for index in 0..<count {
            let descriptor = try EventFDDescriptor()
            peers.append(try descriptor.duplicate().relinquish())
            let file = try EventFDFile(descriptor: descriptor)
            let tally = heard[index]
            _ = file.poll(
                PollTable { head in
                    head.add(
                        WaitQueueEntry(mask: .input) { _, _, _ in
                            tally.withLock { $0 += 1 }
                            return .woken
                        }
                    )
                }
            )
            files.append(file)
        }
        // One after the other: each event is one call.
        for round in 1...rounds {
            for peer in peers { KernelDescriptor.write(peer, 1) }
            for index in 0..<count { heard[index].wait { $0 >= UInt64(round) ? () : nil } }
        }
        for index in 0..<count { precondition(heard[index].current == UInt64(rounds) && files[index].count == UInt64(rounds)) }
        precondition(files.count == count)
        print("a thousand descriptors: \(count * rounds) events, \(heard.reduce(0) { $0 + $1.current }) heard")
        for peer in peers { KernelDescriptor.shut(peer) }
    }

    /// A file whose peer writes, whose reference signals, and which is closed, all at once.
    private func endUnderFire(_ round: Int) {
        guard let pair = try? Peered(), let signaller = try? Signaller(pair.file) else {
            Issue.record("no descriptors")
            return
        }
        let (file, peer) = (pair.file, pair.peer.number)
        let listener = Listener()
        listener.hook(on: file)
        inParallel([
            ("peer", { for _ in 0..<5 { KernelDescriptor.write(peer, 1) } }),
            ("signaller", { for _ in 0..<5 { signaller.signal() } }),
            ("closer", { try? file.close() }),
        ])
        #expect(listener.keys.all.filter { $0 == .hangup }.count == 1)
        #expect(KernelDescriptor.read(peer) == 10)
    }
#endif
