// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import EventFD
internal import KernelPrimitives
internal import WaitQueue
internal import Workqueue

/// The three functions by which others call an irqfd, as a sink is told of them.
extension Irqfd {
    static func tracedInject(_ work: WorkNode.Pointer) {
        if Tracing.isOn {
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: Irqfd.self)
            let set = unsafe irqfd.pointee.set._withUnsafeGuaranteedRef { $0.serial }
            unsafe Tracing.begin(.irqfdInject, set, UInt64(irqfd.pointee.gsi.rawValue))
        }
        unsafe inject(work)
        Tracing.end(.irqfdInject)
    }

    static func tracedShutdown(_ work: WorkNode.Pointer) {
        if Tracing.isOn {
            let irqfd = unsafe work.pointee.context.assumingMemoryBound(to: Irqfd.self)
            unsafe Tracing.begin(.irqfdShutdown, irqfd.pointee.eventFD.id.serial, UInt64(irqfd.pointee.gsi.rawValue))
        }
        unsafe shutdown(work)
        Tracing.end(.irqfdShutdown)
    }

    /// Called with the wait queue's lock held. A function of its own: a signal that is not traced has only the branch.
    @inline(never)
    static func tracedWakeup(_ wait: WaitQueueNode.Pointer, _ events: PollEvents, _ locked: inout WaitQueueHead.Locked) -> WakeResult {
        unsafe Tracing.begin(.irqfdWakeup, locked.head._withUnsafeGuaranteedRef { $0.serial }, UInt64(events.rawValue))
        defer { Tracing.end(.irqfdWakeup) }
        return unsafe wakeup(wait, events, &locked)
    }
}
