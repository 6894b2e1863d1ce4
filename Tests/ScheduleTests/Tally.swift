// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer

    /// Counts what threads of a scenario have done. Each access is a scheduling point.
    final class Tally: Sendable {
        private let value = AtomicUInt32(0)
        /// Where a reader of the schedule has to see what was found: the run, and what is counted.
        private let shown: (run: ScenarioRun, name: String)?

        init() { shown = nil }
        init(_ run: ScenarioRun, of name: String) { shown = (run, name) }

        private func show(_ before: String, _ count: Int, _ after: String = "") {
            if let shown { shown.run.remark("\(before): \(shown.name) = \(count)\(after)") }
        }

        func add(_ amount: Int = 1) {
            let count = Int(value.fetchAdd(UInt32(amount))) + amount
            show("one more", count)
        }

        func subtract() { _ = value.fetchSubtract(1) }

        var count: Int {
            let count = Int(value.load())
            show("looks", count)
            return count
        }

        /// Counts one back, unless there is none; false: there is none.
        func take() -> Bool {
            var current = value.load()
            while current > 0 {
                if value.compareExchange(current, with: current - 1) {
                    show("looks", Int(current), ", and takes one")
                    return true
                }
                current = value.load()
            }
            show("looks", 0)
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
