// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import TestSupport
    import Testing
    import WaitQueue

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// A file on a descriptor of the kernel's eventfd, and the descriptor that another process would have.
    struct Peered: ~Copyable {
        let file: EventFDFile
        let peer: EventFDDescriptor

        init(initialValue: UInt32 = 0, flags: EventFDFlags = []) throws {
            let descriptor = try EventFDDescriptor(initialValue: initialValue, flags: flags)
            let peer = try descriptor.duplicate()
            file = try EventFDFile(descriptor: descriptor)
            self.peer = peer
        }
    }

    @Suite("a file on the kernel's eventfd: the counter")
    struct DescriptorFileTests {
        @Test("reads and writes of both sides go to one counter")
        func oneCounter() throws {
            let pair = try Peered(initialValue: 3, flags: .nonBlocking)
            #expect(pair.file.count == 3)
            #expect(KernelDescriptor.write(pair.peer.number, 4))
            #expect(pair.file.count == 7)
            #expect(try pair.file.read() == 7)
            #expect(KernelDescriptor.read(pair.peer.number) == nil)
            try pair.file.write(5)
            try pair.file.tryWrite(6)
            #expect(KernelDescriptor.read(pair.peer.number) == 11)
            #expect(throws: EventFDError.wouldBlock) { try pair.file.tryRead() }
            #expect(throws: EventFDError.wouldBlock) { try pair.file.read() }
        }

        @Test("a semaphore is one on both sides")
        func semaphore() throws {
            let pair = try Peered(initialValue: 2, flags: .semaphore)
            #expect(try pair.file.read() == 1)
            #expect(try pair.file.tryRead() == 1)
            #expect(throws: EventFDError.wouldBlock) { try pair.file.tryRead() }
            try pair.file.write(3)
            #expect(KernelDescriptor.read(pair.peer.number) == 1)
            #expect(pair.file.count == 2)
        }

        @Test(
            "the limits are those of a file of its own, whether the descriptor blocks or not",
            arguments: [[], .nonBlocking] as [EventFDFlags]
        )
        func limits(_ flags: EventFDFlags) throws {
            let pair = try Peered(flags: flags)
            let file = pair.file
            #expect(file.isNonBlocking == flags.contains(.nonBlocking))
            #expect(throws: EventFDError.invalidArgument) { try file.tryWrite(.max) }
            #expect(file.poll() == .output)
            try file.tryWrite(0)
            #expect(file.poll() == .output)
            try file.tryWrite(full - 1)
            #expect(file.poll() == [.input, .output])
            #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(2) }
            try file.tryWrite(1)
            #expect(file.poll() == .input)
            #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
            try file.tryWrite(0)
            #expect(file.count == full)
            #expect(try file.tryRead() == full)
        }

        @Test("only an eventfd's descriptor is taken; whoever is refused keeps theirs")
        func refusals() throws {
            let pipe = PipeEnds()
            #expect(throws: EventFDError.invalidArgument) { _ = try EventFDDescriptor(adopting: pipe.reader) }
            #expect(throws: EventFDError.invalidArgument) { _ = try EventFDDescriptor(duplicating: pipe.writer) }
            #expect(KernelDescriptor.isOpen(pipe.reader))
            #expect(throws: EventFDError.badFileDescriptor) { _ = try EventFDDescriptor(adopting: -1) }
            #expect(throws: EventFDError.badFileDescriptor) { _ = try EventFDDescriptor(duplicating: 1 << 30) }
        }

        @Test("a closed file is a closed file")
        func closed() throws {
            let pair = try Peered(initialValue: 1)
            let file = pair.file
            try file.close()
            #expect(throws: EventFDError.badFileDescriptor) { try file.tryRead() }
            #expect(throws: EventFDError.badFileDescriptor) { try file.tryWrite(1) }
            #expect(throws: EventFDError.badFileDescriptor) { try file.tryWrite(.max) }
            #expect(throws: EventFDError.badFileDescriptor) { _ = try file.makeContextReference() }
            #expect(throws: EventFDError.badFileDescriptor) { try file.withPollableDescriptor { $0 } }
            #expect(throws: EventFDError.badFileDescriptor) { try file.close() }
            #expect(file.poll() == .invalid)
            #expect(file.count == 0)
            #expect(KernelDescriptor.read(pair.peer.number) == 1)
        }

        @Test("it is its own pollable descriptor")
        func pollable() throws {
            let pair = try Peered()
            let number = try pair.file.withPollableDescriptor { $0 }
            #expect(!KernelDescriptor.isReadable(number))
            KernelDescriptor.write(pair.peer.number, 1)
            #expect(KernelDescriptor.isReadable(number))
        }

        @Test("a signal goes to the kernel, also after the file is closed; the descriptor goes with the last reference")
        func signals() async {
            await #expect(processExitsWith: .success) {
                let pair = try Peered()
                let number = try pair.file.withPollableDescriptor { $0 }
                let reference = try pair.file.makeContextReference()
                #expect(reference.signal() == 1)
                #expect(reference.signal(41) == 41)
                #expect(reference.signal(0) == 0)
                try pair.file.close()
                #expect(KernelDescriptor.isOpen(number))
                #expect(reference.signal(8) == 8)
                #expect(KernelDescriptor.read(pair.peer.number) == 50)
                let before = EventFDDiagnostics.current.descriptorsOpen
                reference.put()
                // That one, and the one that shows its counter.
                #expect(EventFDDiagnostics.current.descriptorsOpen <= before - 2)
            }
        }

        @Test("a signal without room is handed over, and never blocks", arguments: [[], .nonBlocking] as [EventFDFlags])
        func handedOver(_ flags: EventFDFlags) throws {
            try withWatchdog {
                let pair = try Peered(flags: flags)
                let peer = pair.peer.number
                let reference = try pair.file.makeContextReference()
                KernelDescriptor.write(peer, full - 2)
                #expect(reference.signal(3) == 0)
                #expect(reference.signal(4) == 0)
                #expect(pair.file.count == full - 2 || pair.file.count == full)
                // The poller adds what fits, and the rest when there is room.
                waitUntil("the counter is full") { pair.file.count == full }
                #expect(KernelDescriptor.read(peer) == full)
                waitUntil("the rest has come") { pair.file.count == 5 }
                #expect(reference.signal() == 1)
                #expect(KernelDescriptor.read(peer) == 6)
                reference.put()
            }
        }

        @Test("dropping everything with a signal handed over leaves nothing")
        func owedForEver() async {
            await #expect(processExitsWith: .success) {
                try endWithDebt()
                awaitClosed(0)
                #expect(EventFDDiagnostics.current.contextsAlive == 0)
            }
        }

        @Test("there are no descriptors and no thread without such files, and none is left")
        func nothingLeft() async {
            await #expect(processExitsWith: .success) {
                for _ in 0..<4 {
                    try useAndDrop()
                    awaitClosed(0)
                    awaitEndOfPoller()
                }
            }
        }

        @Test("the same eventfd again, by the same number: the poller has forgotten the first")
        func again() async {
            await #expect(processExitsWith: .success) {
                let eventFD = try EventFDDescriptor()
                var numbers: Set<Int32> = []
                // Another file keeps the thread.
                let other = try Peered()
                for _ in 0..<10 {
                    let file = try EventFDFile(descriptor: eventFD.duplicate())
                    numbers.insert(try file.withPollableDescriptor { $0 })
                    try file.close()
                }
                #expect(numbers.count < 10)
                try other.file.close()
            }
        }

        @Test("two owners of one descriptor are misuse, with a sentence")
        func twoOwners() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let first = try EventFDDescriptor()
                let second = try EventFDDescriptor(adopting: first.number)
                let file = try EventFDFile(descriptor: first)
                _ = try EventFDFile(descriptor: second)
                try file.close()
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("belongs to an EventFDFile already"))
        }

        @Test("where there are no more descriptors it throws, and nothing is left")
        func noMore() async {
            await #expect(processExitsWith: .success) {
                for spare in 0..<4 {
                    let error = try errorWithoutDescriptors(but: spare)
                    #expect(error == .tooManyOpenFiles)
                    #expect(EventFDDiagnostics.current.descriptorsOpen == 0 && EventFDDiagnostics.current.contextsAlive == 0)
                }
                try useAndDrop()
            }
        }

        @Test("a descriptor that somebody else has closed is misuse, with a sentence")
        func stolen() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let pair = try Peered()
                KernelDescriptor.shut(try pair.file.withPollableDescriptor { $0 })
                _ = try pair.file.tryRead()
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("was closed by somebody else"))
        }

        @Test("unknown flags are misuse")
        func unknownFlags() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = try EventFDDescriptor(flags: EventFDFlags(rawValue: 2))
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("EventFDDescriptor: unknown flags 0x2"))
        }
    }

    private func endWithDebt() throws {
        let pair = try Peered()
        KernelDescriptor.write(pair.peer.number, full)
        let reference = try pair.file.makeContextReference()
        #expect(reference.signal() == 0)
        reference.put()
    }

    private func useAndDrop() throws {
        let pair = try Peered()
        waitUntil("the thread has begun") { KernelDescriptor.namesOfThreads.contains("eventfd-poller") }
        let other = try Peered(flags: .semaphore)
        try pair.file.write(1)
        _ = pair.file.poll(PollTable { _ in })
        try other.file.close()
    }

    private func awaitClosed(_ count: Int) {
        waitUntil("all descriptors are closed") { EventFDDiagnostics.current.descriptorsOpen == count }
    }

    private func awaitEndOfPoller() {
        waitUntil("the thread has ended") { !KernelDescriptor.namesOfThreads.contains("eventfd-poller") }
    }

    /// What a file says where only so many more descriptors may be opened, which are too few: the thread needs three, the file one.
    private func errorWithoutDescriptors(but spare: Int) throws -> EventFDError? {
        let descriptor = try EventFDDescriptor()
        var limit = rlimit()
        unsafe getrlimit(noFileLimit, &limit)
        let usual = limit.rlim_cur
        limit.rlim_cur = rlim_t(Int(descriptor.number) + 1 + spare)
        unsafe setrlimit(noFileLimit, &limit)
        defer {
            limit.rlim_cur = usual
            unsafe setrlimit(noFileLimit, &limit)
        }
        do throws(EventFDError) {
            _ = try EventFDFile(descriptor: descriptor)
            return nil
        } catch {
            return error
        }
    }
#endif
