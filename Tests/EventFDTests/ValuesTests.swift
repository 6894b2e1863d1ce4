// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("the sequence of a file's values")
struct ValuesTests {
    @Test("gives what reads give, in order, and ends at the close", arguments: CounterPlace.allCases)
    func inOrder(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file()
            let values = Recorder<UInt64>()
            let task = Task { for await value in file.values { values.append(value) } }
            for number in 1...20 as ClosedRange<UInt64> {
                if number.isMultiple(of: 2) { try await file.waitUntilQueued() }
                try file.tryWrite(number)
                await waitUntil("the value has come") { values.count == Int(number) }
            }
            try await file.waitUntilQueued()
            try file.close()
            await task.value
            #expect(values.all == Array(1...20))
        }
    }

    @Test("what nobody has asked for adds up in the counter", arguments: CounterPlace.allCases)
    func addsUp(place: CounterPlace) async throws {
        let file = try place.file()
        var iterator = file.values.makeAsyncIterator()
        try file.tryWrite(2)
        #expect(await iterator.next() == 2)
        for _ in 1...3 { try file.tryWrite(3) }
        #expect(file.count == 9)
        #expect(await iterator.next() == 9)
        try file.tryWrite(full)
        #expect(throws: EventFDError.wouldBlock) { try file.tryWrite(1) }
        #expect(await iterator.next(isolation: nil) == full)
    }

    @Test("gives one at a time of a semaphore", arguments: CounterPlace.allCases)
    func semaphore(place: CounterPlace) async throws {
        let file = try place.file(holding: 3, flags: .semaphore)
        var values: [UInt64] = []
        for await value in file.values {
            values.append(value)
            if file.count == 0 { break }
        }
        #expect(values == [1, 1, 1])
    }

    @Test("a close is the end, whatever is in the counter, and it is the end for good", arguments: CounterPlace.allCases)
    func closed(place: CounterPlace) async throws {
        let file = try place.file(holding: 3)
        var iterator = file.values.makeAsyncIterator()
        try file.close()
        #expect(await iterator.next() == nil)
        #expect(await iterator.next() == nil)
    }

    @Test("a cancellation is the end, also while there is something to read, which stays", arguments: CounterPlace.allCases)
    func cancelled(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file()
            let task = Task {
                var values: [UInt64] = []
                for await value in file.values { values.append(value) }
                return values
            }
            try await file.waitUntilQueued()
            task.cancel()
            #expect(await task.value == [])
            let late = Task {
                await waitUntil("the task is cancelled") { Task.isCancelled }
                var iterator = file.values.makeAsyncIterator()
                return [await iterator.next(), await iterator.next()]
            }
            try file.tryWrite(4)
            late.cancel()
            #expect(await late.value == [nil, nil])
            #expect(try file.tryRead() == 4)
            #expect(try !file.queue.hasWaiters)
        }
    }

    @Test("two iterators share the counter as readers do (hammer)", arguments: CounterPlace.allCases)
    func twoIterators(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file(flags: .semaphore)
            let sum = Guarded<UInt64>(0)
            let tasks = (0..<2).map { _ in
                Task { for await value in file.values { sum.withLock { $0 += value } } }
            }
            for _ in 1...200 { try file.tryWrite(2) }
            await waitUntil("all are read") { sum.current == 400 }
            try file.close()
            for task in tasks { await task.value }
            #expect(sum.current == 400)
        }
    }

    @Test("cancellation against writes (hammer): each value is given, or still there", arguments: CounterPlace.allCases)
    func cancellationAgainstWrites(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file()
            for round in 1...100 as ClosedRange<UInt64> {
                let task = Task {
                    var sum: UInt64 = 0
                    for await value in file.values { sum += value }
                    return sum
                }
                if round.isMultiple(of: 2) { try await file.waitUntilQueued() }
                let canceller = Task { task.cancel() }
                for _ in 1...3 { try file.tryWrite(round) }
                await canceller.value
                let sum = await task.value
                #expect(sum + file.count == 3 * round)
                if file.count > 0 { _ = try file.tryRead() }
            }
        }
    }

    @Test("waits on a file that does not block, too", arguments: CounterPlace.allCases)
    func nonBlocking(place: CounterPlace) async throws {
        try await withWatchdog {
            let file = try place.file(flags: .nonBlocking)
            let task = Task {
                var iterator = file.values.makeAsyncIterator()
                return await iterator.next()
            }
            try await file.waitUntilQueued()
            try file.tryWrite(6)
            #expect(await task.value == 6)
        }
    }

    // In a process of its own: the count is that of the process.
    @Test("an iterator keeps the file, until its end")
    func keepsTheFile() async {
        await #expect(processExitsWith: .success) {
            let before = EventFDDiagnostics.current.filesAlive
            var iterator = EventFDFile(initialValue: 1).values.makeAsyncIterator()
            let value = await iterator.next()
            precondition(value == 1 && EventFDDiagnostics.current.filesAlive == before + 1)
            let (next, alive) = await Task {
                unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
                let end = await iterator.next()
                return (end, EventFDDiagnostics.current.filesAlive)
            }.value
            precondition(next == nil && alive == before, "the file is kept")
        }
    }

    @Test("runs on the actor that iterates")
    func onActor() async throws {
        try await withWatchdog {
            let counter = Counter()
            let task = Task { await counter.run() }
            try await counter.file.waitUntilQueued()
            try counter.file.tryWrite(8)
            await waitUntil("it is counted") { counter.file.count == 0 }
            try counter.file.close()
            #expect(await task.value == 8)
        }
    }
}

private actor Counter {
    nonisolated let file = EventFDFile()
    private var sum: UInt64 = 0

    func run() async -> UInt64 {
        for await value in file.values {
            self.assertIsolated()
            sum += value
        }
        return sum
    }
}
