// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives

    /// What a thread is about to do, where another thread can see the difference.
    package enum VisibleOperation: Sendable {
        case lock
        case atomicRead
        case atomicWrite
        case park
        case unpark
        case threadStart
        case threadEnd
        case join
    }

    /// Decides which of the threads that it controls goes on next.
    ///
    /// The scheduler of the tests is one; without one installed on a thread, everything works as without the trait.
    package protocol ScheduleController: AnyObject, Sendable {
        /// Called before `operation`; returns when the thread may perform it, and so only while `isEnabled` holds,
        /// or, for a park with a deadline, when time is made to pass.
        func reach(_ operation: VisibleOperation, _ object: UnsafeRawPointer, deadline: Deadline?, isEnabled: (() -> Bool)?)
        /// A controlled thread starts another one: a number for it.
        func threadWillStart() -> Int
        func threadDidStart(_ thread: Int)
        func threadWillEnd(_ thread: Int)
        /// Returns when `thread` has ended.
        func join(_ thread: Int)
        var virtualNow: UInt64 { get }
    }

    /// The one place where a test can take over scheduling: only with the package trait `ScheduleExploration`.
    package enum ScheduleSeam {
        /// A thread that a controlled thread started: under whose control it lives, and its number there.
        package struct Birth: Sendable {
            let controller: any ScheduleController
            let thread: Int
        }

        /// The scheduler in charge of this thread. Who installs it keeps it alive until it is taken out again.
        package static var current: (any ScheduleController)? {
            get {
                guard let box = unsafe kp_current_thread().pointee.scheduler else { return nil }
                return unsafe Unmanaged<ControllerBox>.fromOpaque(box).takeUnretainedValue().controller
            }
            set {
                if let old = unsafe kp_current_thread().pointee.scheduler { unsafe Unmanaged<ControllerBox>.fromOpaque(old).release() }
                unsafe kp_current_thread().pointee.scheduler = newValue.map { unsafe Unmanaged.passRetained(ControllerBox($0)).toOpaque() }
            }
        }

        private final class ControllerBox {
            let controller: any ScheduleController
            init(_ controller: any ScheduleController) { self.controller = controller }
        }

        package static var isControlled: Bool { unsafe kp_current_thread().pointee.scheduler != nil }

        package static var virtualNow: UInt64? { current?.virtualNow }

        package static func reach(
            _ operation: VisibleOperation,
            _ object: UnsafeRawPointer,
            deadline: Deadline? = nil,
            isEnabled: (() -> Bool)? = nil
        ) {
            unsafe current?.reach(operation, object, deadline: deadline, isEnabled: isEnabled)
        }

        package static func threadWillStart() -> Birth? {
            current.map { Birth(controller: $0, thread: $0.threadWillStart()) }
        }

        package static func threadDidStart(_ birth: Birth?) {
            guard let birth else { return }
            current = birth.controller
            birth.controller.threadDidStart(birth.thread)
        }

        package static func threadWillEnd(_ birth: Birth?) {
            guard let birth else { return }
            birth.controller.threadWillEnd(birth.thread)
            current = nil
        }

        package static func join(_ birth: Birth?) {
            guard let birth, isControlled else { return }
            birth.controller.join(birth.thread)
        }
    }
#endif
