// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The places of which this package tells a ``TraceSink``.
///
/// They bear the names of the kernel's tracepoints, or, where it has none, of the kernel's functions.
public enum TracePoint: UInt8, Sendable, CaseIterable {
    /// A thread's first event in a session. Its name is the thread's.
    case threadName
    /// A wake calls the functions of a wait queue: begin and end. The object is the queue's number, the value the events.
    case wakeUp
    /// A signal adds to a counter: begin and end. The object is the eventfd's number, the value what is to be added.
    case eventFDSignal
    /// A read takes from a counter. The object is the eventfd's number, the value what was taken.
    case eventFDRead
    /// A write adds to a counter. The object is the eventfd's number, the value what was added.
    case eventFDWrite
    /// A file goes, and its queue is told of the hang-up: begin and end. The object is the eventfd's number.
    case eventFDRelease
    /// A context ends. The object is the eventfd's number.
    case eventFDFree
    /// A work is queued. The object is the work, the name the queue's.
    case queueWork
    /// A work is given a timer. The object is the work, the value its deadline in nanoseconds, the name the queue's.
    case timerStart
    /// A work that was queued is taken back. The object is the work, the name the queue's.
    case cancelWork
    /// A work's function runs: begin and end. The object is the work, the name the queue's.
    case execute
    /// A thread waits for a work: begin and end. The object is the work.
    case flushWork
    /// A thread waits for a queue: begin and end. The name is the queue's.
    case flushWorkqueue
    /// An event of an eventfd reaches an irqfd: begin and end. The object is the eventfd's number, the value the events.
    case irqfdWakeup
    /// The interrupt of an irqfd is injected: begin and end. The object is the set's number, the value the interrupt's.
    case irqfdInject
    /// A controller is called. The object is the set's number, the value twice the interrupt's, and one more for a high level.
    case setIRQ
    /// An irqfd goes over to its shutdown. The object is the eventfd's number, the value the interrupt's.
    case irqfdDeactivate
    /// The shutdown of an irqfd: begin and end. The object is the eventfd's number, the value the interrupt's.
    case irqfdShutdown
    /// An eventfd is assigned: begin and end. The object is the set's number, the value the interrupt's.
    case irqfdAssign
    /// An eventfd is deassigned: begin and end, without the wait that follows. The object is the set's number, the value the interrupt's.
    case irqfdDeassign
    /// A set is released: begin and end, without the wait that follows. The object is the set's number.
    case irqfdRelease

    /// The name of the kernel's tracepoint or function. What begins and ends is called by the name of its begin.
    public var name: String {
        switch self {
        case .threadName: "thread_name"
        case .wakeUp: "__wake_up_common"
        case .eventFDSignal: "eventfd_signal"
        case .eventFDRead: "eventfd_read"
        case .eventFDWrite: "eventfd_write"
        case .eventFDRelease: "eventfd_release"
        case .eventFDFree: "eventfd_free"
        case .queueWork: "workqueue_queue_work"
        case .timerStart: "timer_start"
        case .cancelWork: "cancel_work"
        case .execute: "workqueue_execute_start"
        case .flushWork: "flush_work"
        case .flushWorkqueue: "flush_workqueue"
        case .irqfdWakeup: "irqfd_wakeup"
        case .irqfdInject: "irqfd_inject"
        case .setIRQ: "kvm_set_irq"
        case .irqfdDeactivate: "irqfd_deactivate"
        case .irqfdShutdown: "irqfd_shutdown"
        case .irqfdAssign: "kvm_irqfd_assign"
        case .irqfdDeassign: "kvm_irqfd_deassign"
        case .irqfdRelease: "kvm_irqfd_release"
        }
    }

    /// Where it comes from, as the kernel's groups of tracepoints are called.
    public var category: String {
        switch self {
        case .threadName: "__metadata"
        case .wakeUp: "sched"
        case .eventFDSignal, .eventFDRead, .eventFDWrite, .eventFDRelease, .eventFDFree: "eventfd"
        case .queueWork, .cancelWork, .execute, .flushWork, .flushWorkqueue: "workqueue"
        case .timerStart: "timer"
        default: "kvm"
        }
    }
}
