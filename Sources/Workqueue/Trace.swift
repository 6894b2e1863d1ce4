// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What this module tells an explorer, for people who read its schedules. Without the trait nothing is left of it, not even a call.
enum Trace {
    @inline(__always)
    static func note(_ step: StaticString, _ object: UnsafeRawPointer, _ other: UnsafeRawPointer? = nil) {
        #if ScheduleExploration
            unsafe ScheduleSeam.note(step, object, other)
        #endif
    }

    @inline(__always)
    static func note(_ step: StaticString, _ core: WorkqueueCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.note(step, core.mutex.address)
        #endif
    }

    @inline(__always)
    static func note(_ step: StaticString, _ node: UnsafeRawPointer, _ core: WorkqueueCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.note(step, node, core.mutex.address)
        #endif
    }

    @inline(__always)
    static func begin(_ core: WorkqueueCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(core.mutex.address, .exact("\(core.name) wq"))
        #endif
    }

    @inline(__always)
    static func begin(_ work: WorkNode.Pointer) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(work, size: MemoryLayout<WorkNode>.size, .numbered("work"))
        #endif
    }
}
