// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit

/// A context that several threads signal, the file being open or not; its reference is dropped and never put.
final class SharedLine: Sendable {
    let event: EventBook
    private let reference: EventFDContextReference
    /// The last assign to each of the sets.
    private let books: [Monitor<AssignmentBook?>]

    /// `late`: see `EventBook`.
    init(_ file: EventFDFile, sets: Int, late: UInt64 = 0) throws(EventFDError) {
        event = EventBook(late: late)
        reference = try file.makeContextReference()
        books = (0..<sets).map { _ in Monitor(nil) }
    }

    /// The last assign that succeeded to the set in this place.
    func book(at place: Int) -> AssignmentBook? { books[place].read { $0 } }

    func publish(_ book: AssignmentBook, at place: Int) {
        books[place].update { $0 = book }
    }

    /// How much was added.
    @discardableResult
    func signal(_ tally: Tally, _ n: UInt64 = 1) -> UInt64 {
        tally.signals.add()
        var added: UInt64 = 0
        send {
            added = reference.signal(n)
            return true
        }
        return added
    }

    /// Sends a signal or a write, which says whether it succeeded; what was active all the while must inject.
    ///
    /// But not when the wakes come late, from another thread: that may be after the end of an irqfd that was active all the while.
    func send(_ body: () -> Bool) {
        let number = event.beginSignal()
        let active = books.compactMap { $0.read { $0 } }.filter(\.isActive)
        let isSent = body()
        event.endSignal()
        if isSent, event.late == 0 { for book in active where book.isActive { book.expect(number) } }
    }
}
