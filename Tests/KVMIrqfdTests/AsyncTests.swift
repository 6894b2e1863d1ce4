// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import Workqueue

@Suite("the async twins of a set")
struct AsyncSetTests {
    private final class GatedController: InterruptController {
        let entered = Gate("the controller was called")
        let mayReturn = Gate("the controller may return")
        let levels = Recorder<Bool>()

        func setInterrupt(_ gsi: GSI, level: Bool) {
            entered.open()
            mayReturn.wait()
            levels.append(level)
        }
    }

    // In a process of its own: the cleanup queue is everybody's. While the interrupt keeps it, other tests that wait for it could
    // take all the threads that tasks have, and nobody would be left to let the interrupt return.
    @Test("an awaited deassign waits for an interrupt in progress, and keeps no thread for it")
    func deassign() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let queue = SingleThreadWorkqueue(name: "async-deassign")
                let controller = GatedController()
                let set = IrqfdSet(controller: controller, injectionQueue: queue)
                let file = EventFDFile()
                try set.assign(file, gsi: 1)
                try file.tryWrite(1)
                await waitUntil("the controller was called") { controller.entered.isOpen }
                let hasReturned = Gate("deassign has returned")
                let task = Task {
                    let hasMatched = try await set.deassign(file, gsi: 1)
                    hasReturned.open()
                    return hasMatched
                }
                // Other tasks go on while this one waits.
                for _ in 0..<100 { await Task.yield() }
                #expect(!hasReturned.isOpen)
                controller.mayReturn.open()
                let hasMatched = try await task.value
                #expect(hasMatched)
                #expect(controller.levels.all == [true, false])
                try await set.release()
                try await queue.shutdown()
            }
        }
    }

    @Test("an awaited release gives the guarantee, and later calls throw")
    func release() async throws {
        try await withWatchdog {
            let queue = SingleThreadWorkqueue(name: "async-release")
            let controller = GatedController()
            controller.mayReturn.open()
            let set = IrqfdSet(controller: controller, injectionQueue: queue)
            let file = EventFDFile(initialValue: 1)
            try set.assign(file, gsi: 1)
            try await set.release()
            #expect(controller.levels.all == [true, false])
            try file.tryWrite(1)
            try await queue.flush()
            #expect(controller.levels.count == 2)
            #expect(throws: IrqfdError.released) { try set.assign(file, gsi: 1) }
            try await set.release()
            try await queue.shutdown()
        }
    }

    /// What stands between the set and its end: an interrupt in progress, in a process of its own for the reason above.
    private struct Held: Sendable {
        let queue = SingleThreadWorkqueue(name: "async-held")
        let controller = GatedController()
        let set: IrqfdSet
        let file = EventFDFile()

        init() async throws {
            set = IrqfdSet(controller: controller, injectionQueue: queue)
            try set.assign(file, gsi: 1)
            try file.tryWrite(1)
            await waitUntil("the controller was called") { [controller] in controller.entered.isOpen }
        }

        /// What both calls have done that threw: the eventfd is free, and a later call gives the guarantee.
        func checkReleased() async throws {
            #expect(throws: IrqfdError.released) { try set.assign(file, gsi: 1) }
            #expect(controller.levels.isEmpty)
            controller.mayReturn.open()
            try await set.release()
            #expect(controller.levels.all == [true, false])
            try await queue.shutdown()
        }
    }

    private static func cancelled(_ body: @escaping @Sendable () async throws -> Void) -> Task<IrqfdError?, Never> {
        Task {
            unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
            return await thrown(body)
        }
    }

    private static func thrown(_ body: () async throws -> Void) async -> IrqfdError? {
        do { try await body() } catch { return error as? IrqfdError }
        return nil
    }

    @Test("a release that is cancelled, before and during the wait, has released the set; another one gives the guarantee")
    func cancelledRelease() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let held = try await Held()
                #expect(await AsyncSetTests.cancelled { try await held.set.release() }.value == .interrupted)
                let task = Task { await AsyncSetTests.thrown { try await held.set.release() } }
                for _ in 0..<100 { await Task.yield() }
                task.cancel()
                #expect(await task.value == .interrupted)
                try await held.checkReleased()
            }
        }
    }

    @Test("a release whose deadline passes, before and during the wait, has released the set; another one gives the guarantee")
    func lateRelease() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let held = try await Held()
                let clock = HandClock()
                #expect(await AsyncSetTests.thrown { try await held.set.release(until: clock.now, clock: clock) } == .timedOut)
                let deadline = clock.now.advanced(by: .seconds(1))
                let task = Task { await AsyncSetTests.thrown { try await held.set.release(until: deadline, clock: clock) } }
                await waitUntil("a task sleeps on the clock") { clock.sleepers == 1 }
                clock.advance(by: .seconds(1))
                #expect(await task.value == .timedOut)
                try await held.checkReleased()
            }
        }
    }

    @Test("a deassign that is cancelled, or late, has taken the eventfd from the interrupt: it may be assigned again at once")
    func cancelledDeassign() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let held = try await Held()
                let clock = HandClock()
                #expect(await AsyncSetTests.cancelled { try await held.set.deassign(held.file, gsi: 1) }.value == .interrupted)
                try held.set.assign(held.file, gsi: 2)
                let error = await AsyncSetTests.thrown { try await held.set.deassign(held.file, gsi: 2, until: clock.now, clock: clock) }
                #expect(error == .timedOut)
                try held.set.assign(held.file, gsi: 3)
                let deadline = clock.now.advanced(by: .seconds(1))
                let task = Task {
                    await AsyncSetTests.thrown { try await held.set.deassign(held.file, gsi: 3, until: deadline, clock: clock) }
                }
                await waitUntil("a task sleeps on the clock") { clock.sleepers == 1 }
                task.cancel()
                #expect(await task.value == .interrupted)
                held.controller.mayReturn.open()
                let hasMatched = try await held.set.deassign(held.file, gsi: 3)
                #expect(!hasMatched)
                // After the barrier, no interrupt is in progress.
                #expect(held.controller.levels.count % 2 == 0 && !held.controller.levels.isEmpty)
                try await held.set.release()
                try await held.queue.shutdown()
            }
        }
    }

    @Test("a set whose release was cancelled, and that is dropped, leaves nothing behind")
    func cancelledAndDropped() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let controller = try await AsyncSetTests.cancelAndDrop()
                controller.mayReturn.open()
                await waitUntil("nothing is alive") {
                    KVMIrqfdDiagnostics.current.irqfdsAlive == 0 && KVMIrqfdDiagnostics.current.setsAlive == 0
                        && WorkqueueDiagnostics.current.queuesAlive == 0
                }
            }
        }
    }

    private static func cancelAndDrop() async throws -> GatedController {
        let held = try await Held()
        #expect(await cancelled { try await held.set.release() }.value == .interrupted)
        return held.controller
    }

    @Test("64 tasks in release and deassign wait at once, and others go on meanwhile")
    func manyTasks() async {
        await #expect(processExitsWith: .success) {
            try await withWatchdog {
                let held = try await Held()
                let arrived = Recorder<Int>()
                let tasks = (0..<64).map { number in
                    Task {
                        arrived.append(number)
                        return await AsyncSetTests.thrown {
                            if number % 2 == 0 { try await held.set.deassign(held.file, gsi: 9) } else { try await held.set.release() }
                        }
                    }
                }
                await waitUntil("all have begun") { arrived.count == 64 }
                for _ in 0..<1000 { await Task.yield() }
                held.controller.mayReturn.open()
                for (number, task) in tasks.enumerated() {
                    let error = await task.value
                    // Some deassigns come before the first release.
                    #expect(error == nil || (number % 2 == 0 && error == .released))
                }
                try await held.queue.shutdown()
            }
        }
    }
}
