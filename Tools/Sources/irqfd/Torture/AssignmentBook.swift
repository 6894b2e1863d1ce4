// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Synchronization

/// The book of one assign: the injections that came of it, those that must come, and when none may come any more.
///
/// Its GSI is given to no other assign of the run, so every injection has exactly one book. The numbers I1 to I8 are those of the invariants.
final class AssignmentBook: Sendable {
    /// What is known of an event that was there at the assign.
    enum PendingEvent: Sendable {
        /// The counter was zero.
        case none
        /// The counter was not zero, and nobody but the assign could change that.
        case certain
        /// Others use the eventfd at the same time.
        case possible
    }

    let gsi: GSI
    /// Established before the set is released or dropped.
    let setEnds: Fact
    private let event: EventBook
    private let violations: Violations
    private let pending: PendingEvent
    /// The signals that were over before the assign began, and so ask for nothing.
    private let signalsBefore: UInt64

    private let injections = Atomic<UInt64>(0)
    private let isInjecting = Atomic(false)
    /// The number of the last signal that had begun when the last injection did.
    private let answered = Atomic<UInt64>(0)
    /// The number of the last signal that was sent from beginning to end while the irqfd was active.
    private let due = Atomic<UInt64>(0)
    private let enders = Atomic<UInt32>(0)
    private let assigned = Fact()
    private let matched = Fact()
    private let over = Fact()

    /// To be made before the assign begins.
    init(gsi: GSI, event: EventBook, setEnds: Fact, pending: PendingEvent, violations: Violations) {
        self.gsi = gsi
        self.event = event
        self.setEnds = setEnds
        self.pending = pending
        self.violations = violations
        signalsBefore = event.over
    }

    // MARK: The controller's side

    /// The line goes up.
    func beginInjection() {
        let begun = event.begun
        if isInjecting.exchange(true, ordering: .sequentiallyConsistent) {
            violations.add("an irqfd injected twice at the same moment, or did not lower its line")
        }
        if over.isSo { violations.add("I2: an injection began after the end of its irqfd had been waited for") }
        let count = injections.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
        answered.store(begun, ordering: .sequentiallyConsistent)
        let most = begun - signalsBefore + (pending == .none ? 0 : 1) + event.late
        if count > most { violations.add("I8: more injections than signals since the assign, and one for the event that was there") }
    }

    /// The line has come down.
    func endInjection() {
        if over.isSo { violations.add("I2: an injection was in progress after the end of its irqfd had been waited for") }
        if !isInjecting.exchange(false, ordering: .sequentiallyConsistent) { violations.add("a line was lowered that was not up") }
    }

    // MARK: The signaller's side

    /// Whether a signal is certain to be injected: if it was so before the signal began, and still is when it has ended.
    var isActive: Bool {
        assigned.isSo && enders.load(ordering: .sequentiallyConsistent) == 0 && !event.isEnding && !setEnds.isSo
    }

    /// The signal of this number was sent while the irqfd was active: an injection must start after it.
    func expect(_ signal: UInt64) {
        _ = due.max(signal, ordering: .sequentiallyConsistent)
        // The end may have been quicker than this call. Either it saw what is due, or it is seen here.
        if over.isSo { checkAnswered() }
    }

    /// Whether an injection has started after that signal had begun.
    func hasAnswered(_ signal: UInt64) -> Bool { answered.load(ordering: .sequentiallyConsistent) >= signal }

    // MARK: The side that assigns and ends

    /// The assign has returned.
    func acceptAssign() { assigned.establish() }

    /// To be called before a deassign that may match.
    func beginEnd() { enders.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Whether somebody else may have ended the irqfd before a deassign that has called `beginEnd`.
    var mayBeEndedByOthers: Bool { enders.load(ordering: .sequentiallyConsistent) > 1 || event.isEnding || setEnds.isSo }

    /// A deassign has found the irqfd.
    func countMatch() { violations.check(matched.establish(), "two deassigns ended one irqfd") }

    /// The assign has failed without having begun: nothing of it may ever be injected.
    func refuse() {
        over.establish()
        violations.check(injections.load(ordering: .sequentiallyConsistent) == 0, "an assign that was refused has injected")
    }

    /// A call has returned after which nothing is injected, and which has waited for what was.
    func finish() {
        guard over.establish() else { return }
        if isInjecting.load(ordering: .sequentiallyConsistent) {
            violations.add("I2: an injection was in progress when the end of its irqfd had been waited for")
        }
        checkAnswered()
    }

    /// Nobody signals, and the injection queue has been flushed.
    func checkQuiet() {
        if isInjecting.load(ordering: .sequentiallyConsistent) { violations.add("an injection was in progress after a flush of its queue") }
        checkAnswered()
    }

    private func checkAnswered() {
        let count = injections.load(ordering: .sequentiallyConsistent)
        if due.load(ordering: .sequentiallyConsistent) > answered.load(ordering: .sequentiallyConsistent) {
            violations.add("I7: no injection started after a signal, though the irqfd was active")
        }
        if pending == .certain, assigned.isSo, count == 0 {
            violations.add("I6: nothing was injected for the event that was there at the assign")
        }
    }
}
