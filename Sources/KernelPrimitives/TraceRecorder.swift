// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A sink that keeps the newest events, as many as it has room for.
///
/// Start it by ``Tracing/start(_:)``, stop, and take ``events``, or ``traceEventJSON()`` for Perfetto.
///
/// The corresponding kernel facility is `ftrace`'s ring buffer.
@safe
public final class TraceRecorder: TraceSink, @unchecked Sendable {
    // @unchecked: the variables are guarded by `guardian`.

    private let guardian = GuardianLock()
    private let capacity: Int
    private var ring: [TraceEvent] = []
    /// Where the oldest one is, once the ring is full.
    private var oldest = 0
    private var dropped: UInt64 = 0
    /// By number. Apart, so that the names stay when the events go.
    private var names: [(thread: UInt32, name: String)] = []

    /// Makes a recorder, and the room for its events: some 80 bytes each.
    ///
    /// - Parameter capacity: How many of the newest events are kept. Misuse unless it is positive.
    public init(capacity: Int = 100_000) {
        if capacity < 1 { misuse("TraceRecorder(capacity: \(capacity)) keeps nothing; give the number of events that are to be kept") }
        self.capacity = capacity
        ring.reserveCapacity(capacity)
    }

    /// Keeps an event, and lets go of the oldest if there is no more room.
    ///
    /// - Important: Context: takes a small lock of its own; as in every sink, no call of this package's.
    public func record(_ event: TraceEvent) {
        guardian.withLock {
            if event.point == .threadName {
                names.append((event.thread, event.name))
            } else if ring.count < capacity {
                ring.append(event)
            } else {
                ring[oldest] = event
                oldest = oldest + 1 == capacity ? 0 : oldest + 1
                dropped += 1
            }
        }
    }

    /// What was kept, in the order of the clock.
    ///
    /// - Complexity: O(*n* log *n*)
    public var events: [TraceEvent] {
        let kept = guardian.withLock { ring[oldest...] + ring[..<oldest] }
        // Each thread's own are in order. Of two threads the one that comes later to the recorder may have looked at the clock earlier.
        return kept.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map { $0.element }
    }

    /// How many events there was no more room for.
    public var droppedEvents: UInt64 { guardian.withLock { dropped } }

    /// The names of the threads, by their numbers, in the order in which they were met.
    public var threadNames: [(thread: UInt32, name: String)] { guardian.withLock { names } }

    /// What was kept, as Trace Event JSON, for Perfetto (ui.perfetto.dev) and Chrome (chrome://tracing).
    ///
    /// A lane a thread; what begins and ends is a slice; an arrow goes from where a work is queued to where it runs. Slices that began before
    /// what was kept are left out, and those that have not ended end with the last event, so that all are paired.
    ///
    /// - Complexity: O(*n* log *n*)
    public func traceEventJSON() -> String { TraceEventJSON(events, names: threadNames, dropped: droppedEvents).text }
}
