// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import Synchronization

/// One interrupt line and its book: what was signalled, injected and taken, and whether its irqfd is assigned.
///
/// Signals are numbered as they begin, or by the kernel's counter. An injection notes the number of the last signal that had begun when it started, and when the guest
/// has taken its interrupt, all signals up to the number noted are *answered*. So a signal whose injection is forgotten stays unanswered, and
/// one that shares the interrupt of another is answered with it.
final class Line: Sendable {
    /// What has happened on a line so far.
    struct Tally: Sendable {
        /// Signals that were sent; of those of other processes, the ones that were seen in the kernel's counter.
        var signals: UInt64 = 0
        /// Times the line was raised.
        var injected: UInt64 = 0
        /// Interrupts the guest took.
        var delivered: UInt64 = 0
        /// Signals that were answered by an interrupt which another signal before it in the same interrupt had asked for as well.
        var coalesced: UInt64 = 0
        /// Interrupts that were taken after others had answered all signals: a signal may begin just before one injection starts and ask
        /// for the next.
        var spare: UInt64 = 0
        /// Signals that came after their irqfd had ended and were never answered, rightly.
        var unheard: UInt64 = 0
        /// Signals that should have been answered, and were not.
        var lost: UInt64 = 0
        /// Injections that began, or went on, after the call that ended their irqfd had returned.
        var late: UInt64 = 0
        /// Injections of which the interrupt controller has latched a request.
        fileprivate var latched: UInt64 = 0

        /// Signals after which an interrupt was taken.
        var answered: UInt64 { delivered - spare + coalesced }

        /// Adds another line's numbers.
        mutating func add(_ other: Tally) {
            signals += other.signals
            injected += other.injected
            delivered += other.delivered
            coalesced += other.coalesced
            spare += other.spare
            unheard += other.unheard
            lost += other.lost
            late += other.late
            latched += other.latched
        }
    }

    private struct Book: Sendable {
        var tally = Tally()
        /// Up to which signal the injection goes that is raising the line, or was the last to do so.
        var raising: UInt64 = 0
        /// Up to which signal those injections go that have raised the line.
        var raised: UInt64 = 0
        var answered: UInt64 = 0
        var answeredAt = ContinuousClock.now
        /// The next injection is to take its time.
        var isArmed = false
        /// It does so at the moment.
        var isDwelling = false

        /// An interrupt was taken for all signals up to this one. How many of them had none before.
        mutating func answer(upTo last: UInt64) -> UInt64 {
            guard last > answered else { return 0 }
            defer {
                answered = last
                answeredAt = .now
            }
            return last - answered
        }
    }

    /// How long an injection dwells in the controller, so that somebody can fail to wait for it.
    static let dwell = Duration.milliseconds(2)

    let gsi: GSI
    var number: UInt32 { gsi.rawValue }

    private let signals: SignalCount
    /// Odd while an irqfd may inject: from before the assign until the call that ended it has returned.
    private let assignment = Atomic<UInt64>(0)
    private let book = Monitor(Book())

    private let failures: Failures

    /// Without `countsInKernel`, the signals are those of this process.
    init(gsi: GSI, failures: Failures, countsInKernel: Bool = false) {
        self.gsi = gsi
        signals = SignalCount(ofKernel: countsInKernel)
        self.failures = failures
    }

    // MARK: The device's side

    /// Numbers a signal; to be called before it is sent.
    func beginSignal() {
        signals.begin()
    }

    /// From now on the signals are those in this file's counter, which is the kernel's.
    func follow(_ counter: EventFDFile) {
        signals.follow(counter)
    }

    /// The number of the last signal so far.
    var lastSignal: UInt64 { signals.look() }

    /// Whether somebody was seen to have taken signals out of the kernel's counter since the last irqfd ended: nobody may.
    var isDrained: Bool { signals.drains > 0 }

    /// What is in the kernel's counter, after the end of an irqfd.
    var remainder: UInt64 {
        _ = signals.look()
        return signals.remainder
    }

    /// Waits until all signals begun so far are answered; when that was, or nil if it has not come to pass in time.
    func awaitAnswer(atMost timeout: Duration) -> ContinuousClock.Instant? {
        let last = signals.look()
        return book.wait(atMost: timeout) { $0.answered >= last ? $0.answeredAt : nil }
    }

    /// The signals that are not answered are lost: nothing is expected for them any more.
    func countLost() {
        let last = signals.look()
        book.update { book in
            book.tally.lost += last - book.answered
            book.answered = last
        }
    }

    // MARK: The interrupt controller's side

    /// Raises the line through `raise`, and counts.
    func inject(_ raise: () -> LineOutcome) {
        let before = assignment.load(ordering: .acquiring)
        let last = signals.look()
        book.update { book in
            book.tally.injected += 1
            book.raising = last
        }
        let outcome = raise()
        let isArmed = book.update { book in
            book.raised = max(book.raised, last)
            if outcome == .latched { book.tally.latched += 1 }
            // The request that this one was merged with may have been taken by now, and this one with it.
            if outcome == .merged && book.tally.delivered >= book.tally.latched { book.tally.coalesced += book.answer(upTo: last) }
            book.isDwelling = book.isArmed
            return book.isArmed
        }
        if isArmed { dwellWhileAssigned(as: before) }
        countIfLate(since: before)
    }

    /// Lowers the line through `lower`; an injection is not over before that.
    func endInjection(_ lower: () -> Void) {
        let before = assignment.load(ordering: .acquiring)
        lower()
        countIfLate(since: before)
    }

    /// Late is who begins while nothing is assigned, and who still goes on when that which was assigned is not any more.
    private func countIfLate(since before: UInt64) {
        let after = assignment.load(ordering: .acquiring)
        guard before.isMultiple(of: 2) || after != before else { return }
        book.update { $0.tally.late += 1 }
        failures.add("an injection on line \(number) was late: the call that ended its irqfd had returned")
    }

    /// The slow controller: stays until the time is over, or until somebody who should have waited has not.
    private func dwellWhileAssigned(as before: UInt64) {
        _ = book.wait(atMost: Self.dwell) { _ in assignment.load(ordering: .acquiring) == before ? nil : true }
        book.update { book in
            book.isArmed = false
            book.isDwelling = false
        }
    }

    /// The guest has taken an interrupt.
    func take() {
        book.update { book in
            book.tally.delivered += 1
            // An interrupt that nobody has raised so far is that of the injection which is just raising the line.
            let answers = book.answer(upTo: book.tally.delivered <= book.tally.latched ? book.raised : book.raising)
            if answers == 0 { book.tally.spare += 1 } else { book.tally.coalesced += answers - 1 }
        }
    }

    // MARK: The side that assigns and ends

    /// An irqfd is about to be assigned.
    func beginAssignment() {
        assignment.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// A call has returned after which nothing may be injected. Several may say so.
    func endAssignment() {
        let now = assignment.load(ordering: .acquiring)
        guard !now.isMultiple(of: 2) else { return }
        if assignment.compareExchange(expected: now, desired: now + 1, ordering: .sequentiallyConsistent).exchanged { signals.closeEpoch() }
        book.update { _ in }
    }

    var isAssigned: Bool { !assignment.load(ordering: .acquiring).isMultiple(of: 2) }

    /// Waits until an injection dwells in the controller; not for ever, there may be no signal for it.
    func catchInjection() {
        book.update { $0.isArmed = true }
        _ = book.wait(atMost: .milliseconds(50)) { $0.isDwelling ? true : nil }
    }

    /// No injection need take its time any more.
    func disarm() {
        book.update { $0.isArmed = false }
    }

    /// Waits until the guest has taken every request that the interrupt controller latched.
    func awaitGuest(atMost timeout: Duration) -> Bool {
        book.wait(atMost: timeout) { $0.tally.delivered >= $0.tally.latched ? true : nil } ?? false
    }

    /// What is not answered by now never will be, and rightly: the file to which it was signalled is closed.
    func retire() {
        let last = signals.look()
        signals.follow(nil)
        book.update { book in
            book.tally.unheard += last - book.answered
            book.answered = last
        }
    }

    // MARK: Reading

    /// The line's book, with the signals seen so far.
    var tally: Tally {
        let signals = signals.seen
        return book.read { book in
            var tally = book.tally
            tally.signals = signals
            return tally
        }
    }

    /// The line in one clause, for when nothing goes on any more.
    var state: String {
        let last = signals.seen
        return book.read { book in
            """
            line \(number): \(isAssigned ? "assigned" : "not assigned"), \(last) signals, answered up to \(book.answered), \
            \(book.tally.injected) injected, \(book.tally.latched) latched, \(book.tally.delivered) taken
            """
        }
    }
}
