// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// Sleeping on a word, where the lock and the parker do it.
@usableFromInline
enum WordSleep {
    /// Sleeps while the word has the value, until a wake, a spurious wake-up or the deadline.
    ///
    /// The corresponding kernel function is `futex_wait`.
    @inline(__always)
    static func wait(on address: UnsafeRawPointer, _ serial: UInt, while value: UInt32, until deadline: Deadline) {
        #if ScheduleExploration
            if let controller = ScheduleSeam.current, controller.looksInside {
                return unsafe controller.sleep(on: WordPlace(address: address, serial: serial), while: value, until: deadline)
            }
        #endif
        unsafe kp_wait_on_word(address, value, deadline.nanoseconds)
    }

    /// Wakes one sleeper. Only the address is used: the memory may be gone already, and then nobody sleeps there.
    ///
    /// The corresponding kernel function is `futex_wake`.
    @usableFromInline
    @inline(__always)
    static func wakeOne(on address: UnsafeRawPointer, serial: UInt) {
        #if ScheduleExploration
            if let controller = ScheduleSeam.current, controller.looksInside {
                return unsafe controller.wakeOne(on: WordPlace(address: address, serial: serial))
            }
        #endif
        unsafe kp_wake_one_on_word(address)
    }
}
