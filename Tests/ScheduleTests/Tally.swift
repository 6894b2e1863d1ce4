// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives

    /// Counts what threads of a scenario have done. Each access is a scheduling point.
    final class Tally: Sendable {
        private let value = AtomicUInt32(0)

        func add(_ amount: Int = 1) { _ = value.fetchAdd(UInt32(amount)) }
        func subtract() { _ = value.fetchSubtract(1) }
        var count: Int { Int(value.load()) }

        /// Counts one back, unless there is none; false: there is none.
        func take() -> Bool {
            var current = value.load()
            while current > 0 {
                if value.compareExchange(current, with: current - 1) { return true }
                current = value.load()
            }
            return false
        }

        /// Notes the largest count that was seen.
        func raise(to count: Int) {
            var current = value.load()
            while current < count, !value.compareExchange(current, with: UInt32(count)) { current = value.load() }
        }
    }

    /// A context reference that threads of a scenario share.
    final class Holder: Sendable {
        private let context: EventFDContextReference
        private let done = AtomicUInt32(0)

        init(_ context: consuming EventFDContextReference) { self.context = context }

        func signal() {
            context.signal()
            _ = done.fetchAdd(1)
        }

        /// How many signals have returned.
        var signals: Int { Int(done.load()) }
    }
#endif
