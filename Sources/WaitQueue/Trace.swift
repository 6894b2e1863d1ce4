// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What this module tells an explorer, for people who read its schedules. Without the trait nothing is left of it, not even a call.
@usableFromInline
enum Trace {
    @inlinable @inline(__always)
    static func note(_ step: StaticString, _ head: WaitQueueHead) {
        #if ScheduleExploration
            Trace.step(step, head)
        #endif
    }

    @inlinable @inline(__always)
    static func note(_ step: StaticString, _ node: WaitQueueNode.Pointer, _ head: WaitQueueHead) {
        #if ScheduleExploration
            unsafe Trace.step(step, node, head)
        #endif
    }

    #if ScheduleExploration
        @usableFromInline
        static func step(_ step: StaticString, _ head: WaitQueueHead) { unsafe ScheduleSeam.note(step, head.mutex.address) }

        @usableFromInline
        static func step(_ step: StaticString, _ node: WaitQueueNode.Pointer, _ head: WaitQueueHead) {
            unsafe ScheduleSeam.note(step, node, head.mutex.address)
        }
    #endif
}
