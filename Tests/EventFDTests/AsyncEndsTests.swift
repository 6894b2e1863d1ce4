// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("reads and writes in a task that end early")
struct AsyncEndsTests {
    let clock = HandClock()

    private func reader(of file: EventFDFile) -> Task<Outcome, Never> {
        Task { [clock] in
            await outcome { () async throws(EventFDError) in try await file.read(until: clock.now.advanced(by: .seconds(5)), clock: clock) }
        }
    }

    private func writer(_ value: UInt64, to file: EventFDFile) -> Task<Outcome, Never> {
        Task { [clock] in
            await outcome { () async throws(EventFDError) in
                try await file.write(value, until: clock.now.advanced(by: .seconds(5)), clock: clock)
                return 0
            }
        }
    }

    @Test("a deadline that has passed: what is there is taken, what has room is added, and nobody waits", arguments: CounterPlace.allCases)
    func passedBefore(place: CounterPlace) async throws {
        let file = try place.file(holding: full)
        await #expect(throws: EventFDError.timedOut) { try await file.write(1, until: clock.now, clock: clock) }
        await #expect(throws: EventFDError.invalidArgument) { try await file.write(.max, until: clock.now, clock: clock) }
        #expect(try await file.read(until: clock.now, clock: clock) == full)
        await #expect(throws: EventFDError.timedOut) { try await file.read(until: clock.now, clock: clock) }
        await #expect(throws: EventFDError.timedOut) { try await file.read(until: .now) }
        try await file.write(2, until: clock.now, clock: clock)
        #expect(file.count == 2)
        #expect(clock.sleeps == 0)
        file.isNonBlocking = true
        #expect(try await file.read(until: .now + .seconds(100)) == 2)
        await #expect(throws: EventFDError.wouldBlock) { try await file.read(until: .now + .seconds(100)) }
        try file.close()
        await #expect(throws: EventFDError.badFileDescriptor) { try await file.read(until: clock.now, clock: clock) }
        await #expect(throws: EventFDError.badFileDescriptor) { try await file.write(1, until: clock.now, clock: clock) }
    }

    @Test("a deadline that comes ends them, and nothing was read or written", arguments: CounterPlace.allCases)
    func passedDuring(place: CounterPlace) async throws {
        try await withWatchdog {
            for isWriter in [false, true] {
                let file = try place.file(holding: isWriter ? full : 0)
                let task = isWriter ? writer(1, to: file) : reader(of: file)
                await waitUntil("the timer sleeps") { clock.sleepers == 1 }
                try await file.waitUntilQueued()
                clock.advance(by: .seconds(5))
                #expect(await task.value == .failure(.timedOut))
                #expect(file.count == (isWriter ? full : 0))
                let head = try file.queue
                #expect(!head.hasWaiters)
            }
        }
    }

    @Test("the event, a cancellation and a close may come before the deadline", arguments: CounterPlace.allCases)
    func endedBefore(place: CounterPlace) async throws {
        try await withWatchdog {
            for (number, end) in ["event", "cancellation", "close"].enumerated() {
                for isWriter in [false, true] {
                    let file = try place.file(holding: isWriter ? full : 0)
                    let task = isWriter ? writer(2, to: file) : reader(of: file)
                    await waitUntil("the timer sleeps") { clock.sleepers == 1 }
                    try await file.waitUntilQueued()
                    switch (number, isWriter) {
                    case (0, true): #expect(try file.tryRead() == full)
                    case (0, false): try file.tryWrite(2)
                    case (1, _): task.cancel()
                    default: try file.close()
                    }
                    let expected: [Outcome] = [.success(isWriter ? 0 : 2), .failure(.interrupted), .failure(.badFileDescriptor)]
                    #expect(await task.value == expected[number], "\(end)")
                    await waitUntil("the timer has ended") { clock.sleepers == 0 }
                }
            }
        }
    }

    @Test("cancellation and deadlines against writes (hammer): what was not taken is still there", arguments: CounterPlace.allCases)
    func readersAgainstWrites(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file()
            for round in 1...150 as ClosedRange<UInt64> {
                let readers = (0..<3).map { number in
                    Task {
                        await outcome { () async throws(EventFDError) in
                            if number == 1 { return try await file.read(until: .now + .microseconds(Int(round))) }
                            return try await file.read()
                        }
                    }
                }
                if round.isMultiple(of: 2) { try await file.waitUntilQueued() }
                let canceller = Task { for reader in readers { reader.cancel() } }
                for _ in 1...3 { try file.tryWrite(round) }
                await canceller.value
                // Nothing, if the readers have it; one of them may still be on its way out.
                var sum = (try? file.tryRead()) ?? 0
                for reader in readers {
                    switch await reader.value {
                    case .success(let value): sum += value
                    case .failure(let error): #expect(error == .interrupted || error == .timedOut)
                    }
                }
                if file.count > 0 { sum += try file.tryRead() }
                #expect(sum == 3 * round)
            }
        }
    }

    @Test("cancellation and deadlines against reads (hammer): who says that it has written has", arguments: CounterPlace.allCases)
    func writersAgainstReads(place: CounterPlace) async throws {
        try await withWatchdog {
            for round in 1...100 as ClosedRange<UInt64> {
                let file = try place.file(holding: full)
                let writers = (0..<3).map { number in
                    Task {
                        await outcome { () async throws(EventFDError) in
                            let deadline = ContinuousClock.Instant.now + .microseconds(Int(round))
                            if number == 1 { try await file.write(5, until: deadline) } else { try await file.write(5) }
                            return 0
                        }
                    }
                }
                if round.isMultiple(of: 2) { try await file.waitUntilQueued() }
                let canceller = Task { for writer in writers { writer.cancel() } }
                #expect(try file.tryRead() == full)
                await canceller.value
                var written: UInt64 = 0
                for writer in writers where await writer.value == .success(0) { written += 5 }
                #expect(file.count == written)
                try file.close()
            }
        }
    }

    @Test("many more tasks wait than the pool has threads, and others go on", arguments: CounterPlace.allCases)
    func noThreadIsParked(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file(flags: .semaphore)
            let fullFile = try place.file(holding: full)
            let head = WaitQueueHead()
            let isOver = Gate("it is over")
            let begun = Guarded(0)
            await withTaskGroup { group in
                for _ in 0..<64 {
                    group.addTask {
                        begun.withLock { $0 += 1 }
                        return await outcome { () async throws(EventFDError) in try await file.read() }
                    }
                    group.addTask {
                        begun.withLock { $0 += 1 }
                        return await outcome { () async throws(EventFDError) in
                            try await fullFile.write(1, until: .now + .seconds(1000))
                            return 1
                        }
                    }
                    group.addTask {
                        begun.withLock { $0 += 1 }
                        _ = await head.wait(until: { isOver.isOpen }, timeout: .seconds(1000), exclusive: true)
                        return .success(1)
                    }
                }
                // If they parked threads of the pool, not all of them would come this far, and nor would this task.
                await waitUntil("all have begun") { begun.current == 3 * 64 }
                try? file.tryWrite(64)
                _ = try? fullFile.tryRead()
                isOver.open()
                head.wakeAll()
                for await result in group { #expect(result == .success(1)) }
            }
            #expect(file.count == 0)
            #expect(fullFile.count == 64)
        }
    }

    @Test("errors say their number and what to do")
    func errors() {
        let errors: [(EventFDError, Int32, String)] = [
            (.interrupted, 4, "EINTR"), (.badFileDescriptor, 9, "EBADF"), (.wouldBlock, 11, "EAGAIN"), (.noMemory, 12, "ENOMEM"),
            (.invalidArgument, 22, "EINVAL"), (.tooManyOpenFilesInSystem, 23, "ENFILE"), (.tooManyOpenFiles, 24, "EMFILE"),
            (.noSpace, 28, "ENOSPC"), (.timedOut, 62, "ETIME"),
        ]
        for (error, number, name) in errors {
            #expect(error.errorNumber == number)
            #expect(error.description.hasPrefix("\(name) (\(number)): "))
            #expect(error.description.contains("; "))
        }
    }
}
