// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What this module tells an explorer, for people who read its schedules. Without the trait nothing is left of it, not even a call.
@usableFromInline
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

    @inlinable @inline(__always)
    static func pending(_ node: UnsafeRawPointer, _ core: WorkqueueCore) {
        #if ScheduleExploration
            unsafe noteThatPending(node, core)
        #endif
    }

    #if ScheduleExploration
        @usableFromInline
        static func noteThatPending(_ node: UnsafeRawPointer, _ core: WorkqueueCore) {
            unsafe note("queue, but it is pending:", node, core)
        }
    #endif

    @inline(__always)
    static func begin(_ core: WorkqueueCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(core.mutex.address, .exact("\(core.name) wq"))
            unsafe ScheduleSeam.name(core.batchMutex.address, .exact("\(core.name) batch"))
        #endif
    }

    @inline(__always)
    static func begin(_ work: WorkNode.Pointer) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(work, size: MemoryLayout<WorkNode>.size, .numbered("work"))
        #endif
    }

    /// A reference that may be the last one is about to be dropped: who is the last one runs the deinit, and so the order matters.
    @inline(__always)
    static func dropReference(_ node: WorkNode.Pointer) {
        #if ScheduleExploration
            unsafe ScheduleSeam.reach(.atomicWrite, node.pointee.pending.place)
        #endif
    }

    /// True: the memory stays until the schedule is over, and whoever touches it then is reported.
    @inline(__always)
    static func keepsEnded(_ node: WorkNode.Pointer) -> Bool {
        #if ScheduleExploration
            return unsafe ScheduleSeam.end(node, size: MemoryLayout<WorkNode>.size)
        #else
            return false
        #endif
    }
}

#if ScheduleExploration
    extension Work {
        /// What a scenario calls before it drops a reference of its own, for the same reason.
        package func willDropReference() { unsafe Trace.dropReference(node) }
    }

    extension DelayedWork {
        package func willDropReference() { unsafe Trace.dropReference(node) }
    }
#endif
