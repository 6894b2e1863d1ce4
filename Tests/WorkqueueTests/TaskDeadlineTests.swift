// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("Tasks that wait until a deadline")
struct TaskDeadlineTests {
    @Test("It passes during the wait", arguments: Twin.allCases)
    func during(_ twin: Twin) async {
        await withWatchdog {
            let clock = HandClock()
            let subject = Subject(twin, "late-during")
            await subject.start()
            let task = subject.startCall(until: clock.now.advanced(by: .seconds(10)), clock: clock)
            await waitUntil("a task sleeps on the clock") { clock.sleepers == 1 }
            clock.advance(by: .seconds(9))
            #expect(subject.waiters == 1)
            clock.advance(by: .seconds(1))
            #expect(await task.value == .timedOut)
            await subject.checkAfterThrow()
        }
    }

    @Test("It has passed before the call", arguments: Twin.allCases)
    func before(_ twin: Twin) async {
        await withWatchdog {
            let clock = HandClock()
            let subject = Subject(twin, "late-before")
            await subject.start()
            #expect(await subject.startCall(until: clock.now, clock: clock).value == .timedOut)
            #expect(clock.sleepers == 0)
            await subject.checkAfterThrow()
        }
    }

    @Test("It has passed, and there is nothing to wait for: no error", arguments: Twin.allCases.filter { $0 != .shutdown })
    func beforeOfTheIdle(_ twin: Twin) async throws {
        try await withWatchdog {
            let clock = HandClock()
            let subject = Subject(twin, "late-idle")
            #expect(await subject.startCall(until: clock.now, clock: clock).value == nil)
            try await subject.queue.shutdown()
            #expect(await subject.startCall(until: clock.now, clock: clock).value == nil)
        }
    }

    @Test("What is waited for comes first: nobody sleeps on the clock any more", arguments: Twin.allCases)
    func notReached(_ twin: Twin) async throws {
        try await withWatchdog {
            let clock = HandClock()
            let subject = Subject(twin, "late-never")
            await subject.start()
            let task = subject.startCall(until: clock.now.advanced(by: .seconds(10)), clock: clock)
            await waitUntil("a task sleeps on the clock") { clock.sleepers == 1 }
            subject.letGo()
            #expect(await task.value == nil)
            await waitUntil("nobody sleeps on the clock") { clock.sleepers == 0 }
            try await subject.queue.shutdown()
        }
    }

    @Test("The task is cancelled first", arguments: Twin.allCases)
    func cancelledFirst(_ twin: Twin) async {
        await withWatchdog {
            let clock = HandClock()
            let subject = Subject(twin, "late-cancel")
            await subject.start()
            let task = subject.startCall(until: clock.now.advanced(by: .seconds(10)), clock: clock)
            await waitUntil("a task sleeps on the clock") { clock.sleepers == 1 }
            task.cancel()
            #expect(await task.value == .interrupted)
            await subject.checkAfterThrow()
        }
    }

    @Test("The continuous clock is the default, and its farthest moments are no trap")
    func theContinuousClock() async throws {
        try await withWatchdog {
            let subject = Subject(.flush, "late-far")
            await subject.start()
            #expect(await error { try await subject.queue.flush(until: .now) } == .timedOut)
            let far = Task { try await subject.queue.flush(until: .now + .seconds(1 << 50)) }
            await subject.waitForWaiters(1)
            for _ in 0..<20 { await Task.yield() }
            subject.letGo()
            try await far.value
            try await subject.queue.shutdown(until: .now + .seconds(60), clock: SuspendingClock())
        }
    }

    @Test("A clock that cannot sleep ends the wait, as its deadline would", arguments: Twin.allCases)
    func sleeplessClock(_ twin: Twin) async {
        await withWatchdog {
            let clock = SleeplessClock()
            let subject = Subject(twin, "late-sleepless")
            await subject.start()
            #expect(await subject.startCall(until: clock.now.advanced(by: .seconds(1)), clock: clock).value == .timedOut)
            await subject.checkAfterThrow()
        }
    }

    @Test("The errors have the kernel's numbers, and say what to do")
    func errors() {
        #expect(WorkqueueError.interrupted.errorNumber == 4)
        #expect(WorkqueueError.timedOut.errorNumber == 62)
        #expect(WorkqueueError.interrupted != .timedOut)
        #expect("\(WorkqueueError.interrupted)".contains("cancelled"))
        #expect("\(WorkqueueError.timedOut)".contains("deadline"))
    }
}
