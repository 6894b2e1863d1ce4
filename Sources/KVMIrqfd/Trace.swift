// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue
internal import Workqueue

/// What this module tells an explorer, for people who read its schedules. Without the trait nothing is left of it, not even a call.
enum Trace {
    @inline(__always)
    static func note(_ step: StaticString, _ object: UnsafeRawPointer, _ other: UnsafeRawPointer? = nil) {
        #if ScheduleExploration
            unsafe ScheduleSeam.note(step, object, other)
        #endif
    }

    @inline(__always)
    static func begin(_ set: IrqfdSetCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(set.mutex.address, .numbered("irqfds"))
        #endif
    }

    @inline(__always)
    static func begin(_ irqfd: Irqfd.Pointer, size: Int) {
        #if ScheduleExploration
            unsafe ScheduleSeam.name(irqfd, size: size, .numbered("irqfd"))
            unsafe ScheduleSeam.name(irqfd.pointee.wait, size: MemoryLayout<WaitQueueNode>.size, .part("entry", of: irqfd))
            unsafe ScheduleSeam.name(irqfd.pointee.inject, size: MemoryLayout<WorkNode>.size, .part("inject", of: irqfd))
            unsafe ScheduleSeam.name(irqfd.pointee.shutdown, size: MemoryLayout<WorkNode>.size, .part("shutdown", of: irqfd))
        #endif
    }

    /// A reference that may be the last one is about to be dropped: who is the last one runs the deinit, and so the order matters.
    @inline(__always)
    static func dropReference(_ set: IrqfdSetCore) {
        #if ScheduleExploration
            unsafe ScheduleSeam.reach(.atomicWrite, WordPlace(address: set.mutex.address, serial: UInt(set.serial)))
        #endif
    }

    /// True: the memory stays until the schedule is over, and whoever touches it then is reported.
    @inline(__always)
    static func keepsEnded(_ irqfd: UnsafeMutableRawPointer, size: Int) -> Bool {
        #if ScheduleExploration
            return unsafe ScheduleSeam.end(irqfd, size: size)
        #else
            return false
        #endif
    }
}
