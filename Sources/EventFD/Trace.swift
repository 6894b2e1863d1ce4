// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

/// What this module tells an explorer, for people who read its schedules. Without the trait nothing is left of it, not even a call.
enum Trace {
    /// Names the parts of a context.
    @inline(__always)
    static func begin(_ head: WaitQueueHead) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(head.kref.address, .numbered("eventfd"))
            unsafe head.nameLock(.part("wqh", of: head.kref.address))
        #endif
    }

    @inline(__always)
    static func note(_ step: StaticString, _ head: WaitQueueHead, _ node: UnsafeRawPointer? = nil) {
        #if ScheduleExploration
            unsafe node == nil ? ScheduleSeam.note(step, head.kref.address) : ScheduleSeam.note(step, node!, head.kref.address)
        #endif
    }

    /// An ended head stays until the schedule is over: whoever touches it then is reported.
    @inline(__always)
    static func end(_ head: WaitQueueHead) {
        #if ScheduleExploration
            unsafe ScheduleSeam.note("free", head.kref.address)
            ScheduleSeam.keep(head)
        #endif
    }
}
