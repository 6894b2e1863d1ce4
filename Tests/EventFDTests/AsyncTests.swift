// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("reading and writing in a task")
struct AsyncTests {
    private func isQueued(on file: EventFDFile) async throws {
        let head = try file.queue
        await waitUntil("the task is queued") { head.hasWaiters }
    }

    private func reader(of file: EventFDFile) -> Task<Outcome, Never> {
        Task { await outcome { () async throws(EventFDError) in try await file.read() } }
    }

    private func writer(_ value: UInt64, to file: EventFDFile) -> Task<Outcome, Never> {
        Task {
            await outcome { () async throws(EventFDError) in
                try await file.write(value)
                return 0
            }
        }
    }

    @Test("what need not wait does not")
    func atOnce() async throws {
        let file = EventFDFile(initialValue: 3)
        #expect(try await file.read() == 3)
        try await file.write(full)
        #expect(try await file.read() == full)
        #expect(file.count == 0)
        await #expect(throws: EventFDError.invalidArgument) { try await file.write(.max) }
    }

    @Test("a semaphore gives one")
    func semaphore() async throws {
        let file = EventFDFile(initialValue: 2, flags: .semaphore)
        #expect(try await file.read() == 1)
        #expect(try await file.read() == 1)
    }

    @Test("a file that does not block throws .wouldBlock")
    func nonBlocking() async throws {
        let file = EventFDFile(flags: .nonBlocking)
        await #expect(throws: EventFDError.wouldBlock) { try await file.read() }
        try await file.write(full)
        await #expect(throws: EventFDError.wouldBlock) { try await file.write(1) }
    }

    @Test("a reader waits for a write or a signal")
    func reader() async throws {
        try await withWatchdog {
            let file = EventFDFile()
            let first = reader(of: file)
            try await isQueued(on: file)
            try await file.write(0)
            try await file.write(4)
            #expect(await first.value == .success(4))
            let second = reader(of: file)
            try await isQueued(on: file)
            try file.makeContextReference().signal(5)
            #expect(await second.value == .success(5))
            #expect(try !file.queue.hasWaiters)
        }
    }

    @Test("a writer waits for room")
    func writer() async throws {
        try await withWatchdog {
            let file = try EventFDFile.holding(full)
            let task = writer(2, to: file)
            try await isQueued(on: file)
            #expect(try await file.read() == full)
            #expect(await task.value == .success(0))
            #expect(file.count == 2)
        }
    }

    @Test("a close wakes both, and they throw")
    func closed() async throws {
        try await withWatchdog {
            let file = EventFDFile()
            let listener = Listener()
            let waitingReader = reader(of: file)
            try await isQueued(on: file)
            listener.hook(on: file)
            try file.close()
            #expect(await waitingReader.value == .failure(.badFileDescriptor))
            await waitUntil("the hang-up has come") { !listener.keys.isEmpty }
            #expect(listener.keys.all == [.hangup])
            await #expect(throws: EventFDError.badFileDescriptor) { try await file.read() }
            await #expect(throws: EventFDError.badFileDescriptor) { try await file.write(1) }

            let other = try EventFDFile.holding(full)
            let waitingWriter = writer(1, to: other)
            try await isQueued(on: other)
            try other.close()
            #expect(await waitingWriter.value == .failure(.badFileDescriptor))
        }
    }

    @Test("a cancelled reader throws .interrupted, and takes nothing")
    func cancelledReader() async throws {
        try await withWatchdog {
            let file = EventFDFile()
            let task = reader(of: file)
            try await isQueued(on: file)
            task.cancel()
            #expect(await task.value == .failure(.interrupted))
            #expect(try !file.queue.hasWaiters)
            try await file.write(6)
            #expect(file.count == 6)
            #expect(try await file.read() == 6)
        }
    }

    @Test("a cancelled writer throws .interrupted, and has added nothing")
    func cancelledWriter() async throws {
        try await withWatchdog {
            let file = try EventFDFile.holding(full)
            let task = writer(1, to: file)
            try await isQueued(on: file)
            task.cancel()
            #expect(await task.value == .failure(.interrupted))
            #expect(try await file.read() == full)
            #expect(file.count == 0)
        }
    }

    @Test("a cancelled task that need not wait is served")
    func cancelledButServed() async {
        await withWatchdog {
            let file = EventFDFile(initialValue: 2)
            let isCancelled = Gate("cancelled")
            let task = Task {
                await waitUntil("the task is cancelled") { isCancelled.isOpen }
                let first = await outcome { () async throws(EventFDError) in try await file.read() }
                let second = await outcome { () async throws(EventFDError) in try await file.read() }
                return [first, second]
            }
            task.cancel()
            isCancelled.open()
            #expect(await task.value == [.success(2), .failure(.interrupted)])
        }
    }

    @Test("cancellation against writes (hammer): what a cancelled reader did not take is still there")
    func cancellationAgainstWrites() async throws {
        try await withWatchdog {
            let file = EventFDFile()
            for round in 1...100 as ClosedRange<UInt64> {
                let task = reader(of: file)
                if round.isMultiple(of: 2) { try await isQueued(on: file) }
                let canceller = Task { task.cancel() }
                try file.tryWrite(round)
                await canceller.value
                switch await task.value {
                case .success(let value):
                    #expect(value == round)
                    #expect(file.count == 0)
                case .failure(let error):
                    #expect(error == .interrupted)
                    #expect(try file.tryRead() == round)
                }
            }
        }
    }

    @Test("an actor reads its own file")
    func onActor() async throws {
        try await withWatchdog {
            let device = Device()
            let task = Task { await device.take() }
            try await isQueued(on: device.file)
            try device.file.tryWrite(8)
            #expect(await task.value == .success(8))
            #expect(await device.sum == 8)
        }
    }

    @Test("tasks and threads share a file")
    func tasksAndThreads() async throws {
        try await withWatchdog {
            let file = EventFDFile(flags: .semaphore)
            let thread = TestThread("reader") { outcome { () throws(EventFDError) in try file.read() } }
            let tasks = (0..<10).map { _ in reader(of: file) }
            try await file.write(11)
            for task in tasks { #expect(await task.value == .success(1)) }
            await waitUntil("the thread has read") { thread.isFinished }
            #expect(file.count == 0)
        }
    }
}

private actor Device {
    nonisolated let file = EventFDFile()
    private(set) var sum: UInt64 = 0

    func take() async -> Outcome {
        await outcome { () async throws(EventFDError) in
            let value = try await file.read()
            self.assertIsolated()
            sum += value
            return value
        }
    }
}
