// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    internal import KernelPrimitives
    internal import Synchronization

    /// One thread under control: where it stands, and the word on which it waits for its turn.
    ///
    /// It is a real thread, kept from run to run: stacks must not be exchanged inside a thread. At most one has the turn.
    final class ControlledThread: @unchecked Sendable {
        // @unchecked: only the thread that has the turn touches the variables, and the turn is handed on through `turn`.

        enum Place {
            /// Not in this run.
            case absent
            /// Before an operation, or in the middle of it.
            case standing
            /// Asleep on a word, until somebody wakes it: `isWoken`.
            case asleep
            /// Waits until nobody else can go on.
            case awaitingQuiet
            case ended
        }

        let number: Int
        @safe @exclusivity(unchecked) var name = ""
        @safe @exclusivity(unchecked) var place = Place.absent
        @safe @exclusivity(unchecked) var operation = VisibleOperation.threadStart
        /// What other steps are compared by: the number of a word, which no other is ever given, or of a thread.
        @safe @exclusivity(unchecked) var object: UInt = 0
        /// Where that word is.
        @safe @exclusivity(unchecked) var address: UInt = 0
        @safe @exclusivity(unchecked) var possibility = Possibility.always
        @safe @exclusivity(unchecked) var deadline = Deadline.never
        @safe @exclusivity(unchecked) var isWoken = false
        @safe @exclusivity(unchecked) var joined: ControlledThread?
        @safe @exclusivity(unchecked) var body: (@Sendable () -> Void)?
        private let turn = Atomic<UInt32>(0)

        init(number: Int) { self.number = number }

        /// Whether the operation can be done now.
        var canGoOn: Bool {
            switch place {
            case .standing:
                if let joined = joined { return joined.place == .ended }
                switch possibility {
                case .always: return true
                case .whenWordIs(let value): return word == value
                }
            case .asleep: return isWoken
            case .absent, .awaitingQuiet, .ended: return false
            }
        }

        /// The word that the thread stands before.
        var word: UInt32 {
            // The object lives: a thread of its owner's stands here and uses it, or it is kept until the run is over.
            guard let address = unsafe UnsafeRawPointer(bitPattern: address) else { return 0 }
            return unsafe address.load(as: UInt32.self)
        }

        /// Whether it sleeps in a way that time ends.
        var hasTimeout: Bool { deadline != .never && (place == .asleep || (place == .standing && operation == .park)) }

        /// Two steps that may not be exchanged: they touch one object, and not both only to read it.
        func dependsOn(_ other: ControlledThread) -> Bool {
            object == other.object && !(operation == .atomicRead && other.operation == .atomicRead)
        }

        // MARK: The turn

        func hand() {
            turn.store(1, ordering: .releasing)
            unsafe withUnsafePointer(to: turn) { unsafe kp_wake_one_on_word($0) }
        }

        /// Sleeps at once: all threads share one processor, on which a spin would keep the others from running.
        func awaitTurn() { _ = awaitTurn(until: .never) }

        /// False: the time was over first.
        func awaitTurn(until deadline: Deadline) -> Bool {
            while !turn.compareExchange(expected: 1, desired: 0, ordering: .acquiring).exchanged {
                if deadline != .never, deadline.hasPassed { return false }
                unsafe withUnsafePointer(to: turn) { unsafe kp_wait_on_word($0, 0, deadline.nanoseconds) }
            }
            return true
        }
    }
#endif
