// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import CKernelPrimitives
internal import Synchronization

/// Tells a sink what happens in this package, in the whole process, from ``start(_:)`` to ``stop()``.
///
/// While it is off, each place costs one branch that is never taken. ``TraceRecorder`` is a sink that keeps the newest events and writes them
/// as Trace Event JSON, which Perfetto and Chrome show.
///
/// The corresponding kernel facility is `ftrace`, with its tracepoints.
public enum Tracing {
    /// Holds the sink of a session.
    private final class Session: Sendable {
        let sink: any TraceSink
        let number: UInt32

        init(_ sink: any TraceSink, number: UInt32) {
            self.sink = sink
            self.number = number
        }
    }

    /// The address of the session; retained for it. 0: there is none.
    private static let session = Atomic<UInt>(0)
    private static let sessions = Atomic<UInt32>(0)
    private static let threads = Atomic<UInt32>(0)
    /// Threads between their look at `session` and the return of its sink. A stop waits for them.
    private static let visitors = Atomic<UInt64>(0)

    /// Whether somebody is told.
    ///
    /// - Important: Context: takes no lock; may be called anywhere.
    @inlinable @inline(__always)
    public static var isOn: Bool { kp_is_tracing() }

    /// From now on the sink is told what happens. It is kept until the stop. Misuse while another one is told.
    ///
    /// What has begun already ends without having begun: a sink must bear that.
    ///
    /// - Important: Context: takes no lock; does not sleep.
    public static func start(_ sink: any TraceSink) {
        var number = sessions.wrappingAdd(1, ordering: .relaxed).newValue
        if number == 0 { number = sessions.wrappingAdd(1, ordering: .relaxed).newValue }
        let new = unsafe Unmanaged.passRetained(Session(sink, number: number))
        let address = unsafe UInt(bitPattern: new.toOpaque())
        if !session.compareExchange(expected: 0, desired: address, ordering: .sequentiallyConsistent).exchanged {
            misuse("Tracing.start(_:) was called while another sink is told; stop() that first, or let one sink tell both")
        }
        kp_set_tracing(number)
    }

    /// When this returns, the sink is not being called and will not be. Without a start before: nothing.
    ///
    /// - Important: Context: waits for calls of the sink in progress. Misuse inside a sink.
    public static func stop() {
        if unsafe kp_current_thread().pointee.is_in_sink {
            misuse("Tracing.stop() was called by a sink, for whose return it would wait; stop from outside")
        }
        kp_set_tracing(0)
        let old = session.exchange(0, ordering: .sequentiallyConsistent)
        // Pairs with the visitor's: who comes later sees no session, and who came before is counted.
        while visitors.load(ordering: .sequentiallyConsistent) != 0 { kp_yield() }
        if let old = unsafe UnsafeRawPointer(bitPattern: old) { unsafe Unmanaged<Session>.fromOpaque(old).release() }
    }

    // MARK: For the places

    @inlinable @inline(__always)
    package static func instant(
        _ point: TracePoint,
        _ object: @autoclosure () -> UInt64,
        _ value: @autoclosure () -> UInt64 = 0,
        name: @autoclosure () -> String = ""
    ) {
        if isOn { tell(point, .instant, object(), value(), name()) }
    }

    @inlinable @inline(__always)
    package static func begin(
        _ point: TracePoint,
        _ object: @autoclosure () -> UInt64,
        _ value: @autoclosure () -> UInt64 = 0,
        name: @autoclosure () -> String = ""
    ) {
        if isOn { tell(point, .begin, object(), value(), name()) }
    }

    @inlinable @inline(__always)
    package static func end(_ point: TracePoint) {
        if isOn { tell(point, .end, 0, 0, "") }
    }

    @usableFromInline @inline(never)
    static func tell(_ point: TracePoint, _ phase: TraceEvent.Phase, _ object: UInt64, _ value: UInt64, _ name: String) {
        if unsafe kp_current_thread().pointee.is_in_sink { return }
        visitors.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { visitors.wrappingSubtract(1, ordering: .releasing) }
        guard let address = unsafe UnsafeRawPointer(bitPattern: session.load(ordering: .sequentiallyConsistent)) else { return }
        // The session is kept while it has a visitor.
        unsafe Unmanaged<Session>.fromOpaque(address)._withUnsafeGuaranteedRef { session in
            unsafe kp_current_thread().pointee.is_in_sink = true
            defer { unsafe kp_current_thread().pointee.is_in_sink = false }
            let thread = introduceThread(to: session)
            session.sink.record(
                TraceEvent(point: point, phase: phase, time: kp_monotonic_now(), thread: thread, object: object, value: value, name: name)
            )
        }
    }

    /// The number of this thread; the session is told its name, once.
    private static func introduceThread(to session: Session) -> UInt32 {
        var thread = unsafe kp_current_thread().pointee.trace_number
        if thread == 0 {
            thread = threads.wrappingAdd(1, ordering: .relaxed).newValue
            unsafe kp_current_thread().pointee.trace_number = thread
        }
        if unsafe kp_current_thread().pointee.trace_session != session.number {
            unsafe kp_current_thread().pointee.trace_session = session.number
            let now = kp_monotonic_now()
            let name = ExecutionContext.systemThreadName
            session.sink.record(
                TraceEvent(point: .threadName, phase: .instant, time: now, thread: thread, object: 0, value: 0, name: name)
            )
        }
        return thread
    }
}
