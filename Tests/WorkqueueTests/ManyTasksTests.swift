// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("More tasks that wait than there are threads")
struct ManyTasksTests {
    @Test("64 in each twin: others go on meanwhile, and then all of them do")
    func inEachTwin() async throws {
        try await withWatchdog {
            let count = 64
            let clock = HandClock()
            let subjects = Twin.allCases.map { Subject($0, "many-\($0.rawValue)") }
            for subject in subjects { await subject.start() }
            let tasks = subjects.flatMap { subject in
                (0..<count).map { number in
                    number % 2 == 0 ? subject.startCall() : subject.startCall(until: clock.now.advanced(by: .seconds(1)), clock: clock)
                }
            }
            // If one of them kept a thread, those behind it would never get here, nor would this task.
            for subject in subjects { await subject.waitForWaiters(count) }
            let others = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<count { group.addTask { others.add() } }
            }
            #expect(others.current == count)
            for subject in subjects { subject.letGo() }
            for task in tasks { #expect(await task.value == nil) }
            for subject in subjects { try await subject.queue.shutdown() }
        }
    }
}
