// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import KVMIrqfd
import Synchronization

/// The book of one set: the calls of its controller, and the books of its assigns.
final class MachineBook: Sendable {
    /// To be established before the set is released or dropped.
    let ends = Fact()
    private let books = Monitor<[UInt32: AssignmentBook]>([:])
    private let isCalling = Atomic(false)
    private let over = Fact()
    private let controllerGone = Fact()
    private let violations: Violations

    init(violations: Violations) {
        self.violations = violations
    }

    // MARK: The controller's side

    /// The book of the assign with this GSI.
    func book(of gsi: GSI) -> AssignmentBook? { books.read { $0[gsi.rawValue] } }

    /// The controller is called to raise a line.
    func beginCall() {
        if isCalling.exchange(true, ordering: .sequentiallyConsistent) {
            violations.add("a controller was called twice at the same moment")
        }
        if over.isSo { violations.add("I1: the controller was called after release had returned") }
    }

    /// It was called to lower the line, and returns.
    func endCall() {
        if over.isSo { violations.add("I1: the controller was still running after release had returned") }
        isCalling.store(false, ordering: .sequentiallyConsistent)
    }

    /// Nobody has the controller any more.
    func loseController() { controllerGone.establish() }

    var hasLostController: Bool { controllerGone.isSo }

    // MARK: The side that assigns and ends

    /// A book for an assign that is about to begin.
    func open(gsi: GSI, event: EventBook, pending: AssignmentBook.PendingEvent) -> AssignmentBook {
        let book = AssignmentBook(gsi: gsi, event: event, setEnds: ends, pending: pending, violations: violations)
        books.update { $0[gsi.rawValue] = book }
        return book
    }

    /// The assign was refused before it had begun: a call of the controller for it finds no book.
    func refuse(_ book: AssignmentBook) {
        books.update { $0[book.gsi.rawValue] = nil }
        book.refuse()
    }

    /// Whether a release has returned.
    var isOver: Bool { over.isSo }

    /// A release has returned, or the end of a set that was dropped has been waited for.
    func finish() {
        guard over.establish() else { return }
        if isCalling.load(ordering: .sequentiallyConsistent) { violations.add("I1: the controller was being called when release returned") }
        // A copy that nobody else has: ThreadSanitizer does not see why sharing the dictionary itself would be no race.
        for book in books.read({ Array($0.values) }) { book.finish() }
    }
}
