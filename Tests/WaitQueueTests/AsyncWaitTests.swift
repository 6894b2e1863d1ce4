// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("waiting in a task")
struct AsyncWaitTests {
    let head = WaitQueueHead()
    let flag = Guarded(false)

    private func isQueued() async {
        await waitUntil("the task is queued") { head.hasWaiters }
    }

    @Test("a condition that is true at entry is asked once, and nobody is queued")
    func trueAtEntry() async throws {
        var asked = 0
        await head.wait(until: {
            asked += 1
            return !head.hasWaiters
        })
        #expect(asked == 1)
        await head.wait(until: { !head.hasWaiters }, exclusive: true)
        #expect(await head.wait(until: { !head.hasWaiters }, timeout: .zero))
        #expect(await head.wait(until: { !head.hasWaiters }, timeout: .seconds(10), exclusive: true))
        try await head.waitInterruptibly(until: { !head.hasWaiters })
    }

    @Test("a task leaves when it is woken and the condition is true, and is no waiter then")
    func woken() async {
        await withWatchdog {
            let task = Task { [head, flag] in await head.wait(until: { flag.current }) }
            await isQueued()
            head.wake()  // The condition is false: it waits on.
            flag.withLock { $0 = true }
            #expect(head.wake() == 0)
            await task.value
            #expect(!head.hasWaiters)
        }
    }

    @Test("an exclusive task counts as one")
    func exclusive() async {
        await withWatchdog {
            let task = Task { [head, flag] in await head.wait(until: { flag.current }, exclusive: true) }
            await isQueued()
            flag.withLock { $0 = true }
            #expect(head.wake() == 1)
            await task.value
            #expect(head.wake() == 0)
        }
    }

    @Test("it times out, not before its time, and is no waiter any more")
    func timesOut() async {
        await withWatchdog {
            let began = ContinuousClock.now
            #expect(await head.wait(until: { false }, timeout: .milliseconds(10)) == false)
            #expect(ContinuousClock.now - began >= .milliseconds(10))
            #expect(!head.hasWaiters)
        }
    }

    // In a process of its own, because an overflow would end it.
    @Test("a very long timeout is no short one, and no overflow")
    func veryLong() async {
        await #expect(processExitsWith: .success) {
            await withWatchdog {
                let head = WaitQueueHead()
                let flag = Guarded(false)
                let task = Task { await head.wait(until: { flag.current }, timeout: .seconds(Int64.max)) }
                await waitUntil("the task is queued") { head.hasWaiters }
                for _ in 0..<1000 { await Task.yield() }  // Whatever counts the time has its turn.
                flag.withLock { $0 = true }
                head.wake()
                let isTrue = await task.value
                precondition(isTrue, "it timed out")
            }
        }
    }

    // In a process of its own, because an overflow would end it.
    @Test("timeouts of a few microseconds: each ends, and nobody is left in the queue (hammer)")
    func tiny() async {
        await #expect(processExitsWith: .success) {
            await withWatchdog {
                let head = WaitQueueHead()
                await withTaskGroup { group in
                    for number in 0..<4 {
                        group.addTask {
                            var random = SplitMix64(seed: UInt64(number))
                            for _ in 0..<2000 {
                                let timeout = Duration.nanoseconds(Int.random(in: 0...30_000, using: &random))
                                _ = await head.wait(until: { false }, timeout: timeout, exclusive: number.isMultiple(of: 2))
                            }
                        }
                    }
                    await group.waitForAll()
                }
                precondition(!head.hasWaiters, "somebody is left in the queue")
            }
        }
    }

    @Test("woken before the end of the timeout: true")
    func wokenBeforeTimeout() async {
        await withWatchdog {
            let task = Task { [head, flag] in await head.wait(until: { flag.current }, timeout: .seconds(3600)) }
            await isQueued()
            flag.withLock { $0 = true }
            head.wake()
            #expect(await task.value)
        }
    }

    @Test("a cancelled interruptible wait throws and is no waiter any more")
    func cancelled() async {
        await withWatchdog {
            let task = Task { [head] in
                do throws(WaitQueueError) {
                    try await head.waitInterruptibly(until: { false })
                    return nil as WaitQueueError?
                } catch {
                    return error
                }
            }
            await isQueued()
            task.cancel()
            #expect(await task.value == .interrupted)
            #expect(!head.hasWaiters)
        }
    }

    // In a process of its own: what goes wrong here is said in a sentence, and ends the process.
    @Test("a task may be cancelled by a wake function of the queue on which it waits, and with its lock held", arguments: [false, true])
    func cancelledUnderLock(inFunction: Bool) async {
        await #expect(processExitsWith: .success) { [inFunction] in
            await withWatchdog {
                let head = WaitQueueHead()
                let task = Task { try await head.waitInterruptibly(until: { false }) }
                await waitUntil("the task is queued") { head.hasWaiters }
                if inFunction {
                    let entry = WaitQueueEntry { entry, _, locked in
                        locked.remove(entry)
                        task.cancel()
                        return .stop
                    }
                    head.add(entry)
                    head.wake(.hangup)
                } else {
                    head.withLock { _ in task.cancel() }
                }
                guard case .failure(let error) = await task.result else { fatalError("it was not interrupted") }
                precondition(error as? WaitQueueError == .interrupted)
            }
        }
    }

    @Test("a task that is cancelled before it waits throws at once, unless the condition is true")
    func cancelledBefore() async {
        await withWatchdog {
            let mayGo = Gate("cancelled")
            let task = Task { [head] in
                await waitUntil("the task is cancelled") { mayGo.isOpen }
                try await head.waitInterruptibly(until: { true })
                await #expect(throws: WaitQueueError.interrupted) { try await head.waitInterruptibly(until: { false }) }
                #expect(!head.hasWaiters)
                return true
            }
            task.cancel()
            mayGo.open()
            #expect(await (try? task.value) == true)
        }
    }

    @Test("an interruptible wait that is not cancelled ends with its condition")
    func notCancelled() async throws {
        try await withWatchdog {
            let task = Task { [head, flag] in try await head.waitInterruptibly(until: { flag.current }) }
            await isQueued()
            flag.withLock { $0 = true }
            head.wake()
            try await task.value
        }
    }

    @Test("a plain wait is not ended by cancellation")
    func plainNotCancelled() async {
        await withWatchdog {
            let task = Task { [head, flag] in
                await head.wait(until: { flag.current })
                return flag.current
            }
            await isQueued()
            task.cancel()
            head.wake()
            for _ in 0..<100 { await Task.yield() }
            #expect(head.hasWaiters)
            flag.withLock { $0 = true }
            head.wake()
            #expect(await task.value)
        }
    }

    @Test("cancellation against wakes: every ticket is taken, and no task is left (hammer)")
    func cancellationAgainstWakes() async {
        await withWatchdog {
            let tickets = Guarded(0)
            for round in 0..<200 {
                let task = Task { [head] in
                    do throws(WaitQueueError) {
                        try await head.waitInterruptibly(until: {
                            tickets.withLock { tickets in
                                if tickets == 0 { return false }
                                tickets -= 1
                                return true
                            }
                        })
                        return true
                    } catch {
                        return false
                    }
                }
                if round.isMultiple(of: 3) { await isQueued() }
                let canceller = Task { task.cancel() }
                tickets.withLock { $0 += 1 }
                head.wake()
                await canceller.value
                let hasTaken = await task.value
                let rest = tickets.withLock { tickets in
                    defer { tickets = 0 }
                    return tickets
                }
                #expect(rest == (hasTaken ? 0 : 1))
                #expect(!head.hasWaiters)
            }
        }
    }

    @Test("many tasks and threads wait for one thing")
    func manyTasks() async {
        await withWatchdog {
            let threads = (0..<2).map { number in
                TestThread("sleeper \(number)") { [head, flag] in inStep("wait") { head.wait(until: { flag.current }) } }
            }
            for thread in threads { await thread.waitUntilAsleep(in: "wait") }
            await withTaskGroup { group in
                for number in 0..<50 {
                    group.addTask { [head, flag] in await head.wait(until: { flag.current }, exclusive: number.isMultiple(of: 2)) }
                }
                flag.withLock { $0 = true }
                head.wakeAll()
                await group.waitForAll()
            }
            for thread in threads { await waitUntil("the thread has left") { thread.isFinished } }
            #expect(!head.hasWaiters)
        }
    }

    @Test("an actor waits for its own state: the condition runs on the actor", arguments: ShelfWait.allCases)
    func actorCondition(wait: ShelfWait) async {
        await withWatchdog {
            let shelf = Shelf()
            let taker = Task { await shelf.take(3, wait) }
            await waitUntil("the actor's task is queued") { shelf.head.hasWaiters }
            for _ in 1...3 { await shelf.put() }
            #expect(await taker.value == 0)
        }
    }
}

enum ShelfWait: CaseIterable { case plain, exclusive, timeout, interruptible, interruptibleExclusive, deadline }

/// An actor that waits until it has enough.
private actor Shelf {
    let head = WaitQueueHead()
    private var books = 0

    func put() {
        books += 1
        head.wakeAll()
    }

    func take(_ count: Int, _ wait: ShelfWait) async -> Int {
        let isThere = {
            self.assertIsolated()
            return self.books >= count
        }
        switch wait {
        case .plain: await head.wait(until: isThere)
        case .exclusive: await head.wait(until: isThere, exclusive: true)
        case .timeout: _ = await head.wait(until: isThere, timeout: .seconds(1000))
        case .interruptible: try? await head.waitInterruptibly(until: isThere)
        case .interruptibleExclusive: try? await head.waitInterruptibly(until: isThere, exclusive: true)
        case .deadline: try? await head.waitInterruptibly(until: isThere, deadline: .now + .seconds(1000))
        }
        books -= count
        return books
    }
}
