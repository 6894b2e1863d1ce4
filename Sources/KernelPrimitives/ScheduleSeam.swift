// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    package import Synchronization

    /// What a thread is about to do, where another thread can see the difference.
    package enum VisibleOperation: UInt8, Sendable {
        case lock
        /// The lock of a queue of work or of an item, inside the calls that a schedule's reader knows.
        case innerLock
        case atomicRead
        case atomicWrite
        case park
        case unpark
        case sleep
        case threadStart
        case threadEnd
        case join
    }

    /// A word that threads share: where it is, and its number, which no other word is ever given.
    @unsafe
    package struct WordPlace {
        package let address: UnsafeRawPointer
        package let serial: UInt

        package init(address: UnsafeRawPointer, serial: UInt) {
            unsafe self.address = unsafe address
            unsafe self.serial = serial
        }
    }

    /// When an operation on a word can be done.
    package enum Possibility: Sendable {
        case always
        case whenWordIs(UInt32)
    }

    /// How a schedule calls an object.
    package enum ObjectName: Sendable {
        /// The first one that is made is number 1.
        case numbered(StaticString)
        case exact(String)
        case part(StaticString, of: UInt)

        package static func part(_ name: StaticString, of whole: UnsafeRawPointer) -> ObjectName {
            .part(name, of: UInt(bitPattern: whole))
        }
    }

    /// Decides which of the threads that it controls goes on next.
    ///
    /// The scheduler of the tests is one; without one installed on a thread, everything works as without the trait.
    package protocol ScheduleController: AnyObject, Sendable {
        /// Called before `operation` on the word; returns when the thread may perform it, and so only while it is
        /// possible, or, for a park with a deadline, when time was made to pass.
        func reach(_ operation: VisibleOperation, _ word: WordPlace, _ possibility: Possibility, deadline: Deadline)
        /// Whether locks and parkers run their own code, down to the word on which they sleep, instead of being one operation.
        var looksInside: Bool { get }
        /// Sleeps on a word, as `kp_wait_on_word` does.
        func sleep(on word: WordPlace, while value: UInt32, until deadline: Deadline)
        func wakeOne(on word: WordPlace)
        /// Starts a thread, and gives it a number.
        func start(name: String, _ body: @escaping @Sendable () -> Void) -> Int
        /// Returns when the thread has ended.
        func join(_ thread: Int)
        var virtualNow: UInt64 { get }
        /// For people who read the schedule: names, and the steps of a protocol.
        func name(_ object: UnsafeRawPointer, size: Int, _ name: ObjectName)
        func unlocked(_ word: UnsafeRawPointer)
        func note(_ step: StaticString, _ object: UnsafeRawPointer, _ other: UnsafeRawPointer?)
        /// The memory is freed, by its owner, when the run is over: until then nobody may touch it.
        func end(_ memory: UnsafeMutableRawPointer, size: Int)
        /// Keeps an object that has ended until the run is over, so that who touches it can be told.
        func keep(_ object: AnyObject)
        func misuse(_ sentence: String)
    }

    /// The one place where a test can take over scheduling: only with the package trait `ScheduleExploration`.
    package enum ScheduleSeam {
        /// The scheduler in charge of this thread. Who installs it keeps it alive until it is taken out again.
        package static var current: (any ScheduleController)? {
            get {
                guard let box = unsafe kp_current_thread().pointee.scheduler else { return nil }
                return unsafe Unmanaged<ControllerBox>.fromOpaque(box)._withUnsafeGuaranteedRef { $0.controller }
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

        /// Workers give their lock up, and look once more, before they sleep, as they do where they spin. A scenario's own choice,
        /// which it makes first: everywhere it would make schedules many times more.
        package static let workersLookOnceMore = Atomic<Bool>(false)

        package static var looksInside: Bool { current?.looksInside ?? false }

        package static var virtualNow: UInt64? { current?.virtualNow }

        package static func reach(
            _ operation: VisibleOperation,
            _ word: WordPlace,
            _ possibility: Possibility = .always,
            deadline: Deadline = .never
        ) {
            unsafe current?.reach(operation, word, possibility, deadline: deadline)
        }

        package static func name(_ object: UnsafeRawPointer, size: Int = 4, _ name: @autoclosure () -> ObjectName) {
            if let current { unsafe current.name(object, size: size, name()) }
        }

        package static func note(_ step: StaticString, _ object: UnsafeRawPointer, _ other: UnsafeRawPointer? = nil) {
            if let current { unsafe current.note(step, object, other) }
        }

        /// False: nobody is in charge, and the memory is the caller's to free.
        package static func end(_ memory: UnsafeMutableRawPointer, size: Int) -> Bool {
            guard let current else { return false }
            unsafe current.end(memory, size: size)
            return true
        }

        package static func keep(_ object: AnyObject) { current?.keep(object) }
    }
#endif
