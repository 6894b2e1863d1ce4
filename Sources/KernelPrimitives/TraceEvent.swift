// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// One thing that happened, on one thread, at one time.
///
/// The corresponding kernel structure is `struct trace_entry`.
public struct TraceEvent: Sendable {
    /// Whether something begins, ends, or has no duration.
    public enum Phase: Sendable {
        /// What follows on this thread, until the ``end`` of the same point, happens inside.
        case begin
        /// The end of what was begun last on this thread.
        case end
        /// No duration.
        case instant
    }

    /// What happened.
    public let point: TracePoint
    /// Whether it begins, ends, or has no duration.
    public let phase: Phase
    /// When: nanoseconds on the monotonic clock.
    public let time: UInt64
    /// On which thread: threads are numbered in the order of their first event.
    public let thread: UInt32
    /// To which object, as ``TracePoint`` says.
    public let object: UInt64
    /// With what, as ``TracePoint`` says.
    public let value: UInt64
    /// The name of the queue, or of the thread, where the point has one.
    public let name: String

    /// An event that a sink may be given: this package makes its own.
    public init(
        point: TracePoint,
        phase: Phase,
        time: UInt64,
        thread: UInt32,
        object: UInt64 = 0,
        value: UInt64 = 0,
        name: String = ""
    ) {
        self.point = point
        self.phase = phase
        self.time = time
        self.thread = thread
        self.object = object
        self.value = value
        self.name = name
    }
}
