// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation
import KVMIrqfd

/// What `--trace FILE` asks for: the newest events of a run, written when it is over.
struct TraceFile {
    /// What Perfetto and Chrome open without a pause; more are a choice.
    static let usualEvents = 100_000

    private let path: String
    private let recorder: TraceRecorder

    /// Makes the file, so that one that cannot be written is known before the run, and not after it.
    init(path: String, events: Int) throws {
        self.path = path
        try Data().write(to: URL(filePath: path))
        recorder = TraceRecorder(capacity: events)
    }

    func start() { Tracing.start(recorder) }

    /// Call it when the run is over, good or bad. Returns what there is to say.
    func finish() throws -> String {
        Tracing.stop()
        try Data(recorder.traceEventJSON().utf8).write(to: URL(filePath: path))
        let dropped = recorder.droppedEvents
        let older = dropped == 0 ? "" : "; \(dropped) older ones were not kept (--trace-events)"
        return "trace: \(recorder.events.count) events in \(path)\(older)"
    }
}
