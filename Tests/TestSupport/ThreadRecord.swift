// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KernelPrimitives

/// What one thread of a test is doing now, for the report of the watchdog.
final class ThreadRecord: Sendable {
    /// The record of the thread, or task, that asks.
    @TaskLocal static var current: ThreadRecord?

    let name: String
    private let state = Guarded<(step: String?, isFinished: Bool, identifier: String?, record: UInt)>((nil, false, nil, 0))

    init(name: String) { self.name = name }

    var step: String? { state.current.step }
    var isFinished: Bool { state.current.isFinished }

    /// The folder of the thread under /proc, once it runs.
    var folder: String? { state.current.identifier }

    /// Whether it is asleep only in passing, in what watches the locks.
    var isInPassing: Bool { ThreadReport.isInPassing(state.current.record) }

    /// Sets the step and returns the one before.
    func enter(_ step: String?) -> String? {
        state.withLock { state in
            defer { state.step = step }
            return state.step
        }
    }

    func begin(folder: String?) {
        state.withLock {
            $0.identifier = folder
            $0.record = ThreadReport.currentRecord
        }
    }

    func finish() { state.withLock { $0.isFinished = true } }

    var line: String {
        let now = state.current
        if now.isFinished { return "\(name): has ended" }
        return "\(name): \(now.step.map { "in \($0)" } ?? "runs")"
    }
}

/// Says, for the watchdog and for `TestThread.waitUntilAsleep(in:)`, that this thread is in `step` while `body` runs.
@discardableResult
package func inStep<R, E: Error>(_ step: String, _ body: () throws(E) -> R) throws(E) -> R {
    let record = ThreadRecord.current
    let before = record?.enter(step)
    defer { _ = record?.enter(before ?? nil) }
    return try body()
}

/// The same for a task.
@discardableResult
package func inStep<R, E: Error>(_ step: String, _ body: () async throws(E) -> R) async throws(E) -> R {
    let record = ThreadRecord.current
    let before = record?.enter(step)
    defer { _ = record?.enter(before ?? nil) }
    return try await body()
}
