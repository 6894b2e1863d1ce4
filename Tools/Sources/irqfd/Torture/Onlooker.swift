// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Synchronization
import WaitQueue

/// A stranger's entry on the wait queue of an eventfd, beside the irqfds: it must be told of every signal, and once of the end.
final class Onlooker {
    /// What the wake function counts; the entry keeps it, as the queue keeps the entry.
    private final class Book: Sendable {
        let inputs = Atomic<UInt64>(0)
        let hangups = Atomic<UInt64>(0)
        /// The number of the last signal that had begun when it was last told of one.
        let heard = Atomic<UInt64>(0)
    }

    private let book: Book
    private let entry: WaitQueueEntry
    private let head: WaitQueueHead
    /// How many signals there had been before.
    private let signalsBefore: UInt64

    /// Nil: the file is closed, and shows nobody its queue.
    init?(_ file: EventFDFile, _ event: EventBook, signalsBefore: UInt64, _ random: inout SplitMix64) {
        let book = Book()
        let entry = WaitQueueEntry { [book] _, events, _ in
            if events.contains(.input) {
                book.inputs.wrappingAdd(1, ordering: .relaxed)
                book.heard.store(event.begun, ordering: .sequentiallyConsistent)
            }
            if events.contains(.hangup) { book.hangups.wrappingAdd(1, ordering: .relaxed) }
            return .woken
        }
        let kind = Int.random(in: 0..<3, using: &random)
        var head: WaitQueueHead?
        _ = file.poll(
            PollTable {
                head = $0
                if kind == 0 { $0.add(entry, priority: true) } else { $0.add(entry, exclusive: kind == 1) }
            }
        )
        guard let head else { return nil }
        (self.book, self.entry, self.head, self.signalsBefore) = (book, entry, head, signalsBefore)
    }

    /// Whether it was told of all signals, and of the end if the file has ended.
    func hasSeen(signals: UInt64, ended: Bool) -> Bool {
        book.inputs.load(ordering: .relaxed) == signals - signalsBefore && book.hangups.load(ordering: .relaxed) == (ended ? 1 : 0)
    }

    /// How often it was told of a signal.
    var inputs: UInt64 { book.inputs.load(ordering: .sequentiallyConsistent) }

    /// How often it was told of the end.
    var hangups: UInt64 { book.hangups.load(ordering: .sequentiallyConsistent) }

    /// Whether it was told of a signal after this one had begun.
    func hasHeard(_ signal: UInt64) -> Bool { book.heard.load(ordering: .sequentiallyConsistent) >= signal }

    /// Leaves the queue, whose context the caller knows to be there. One that is not removed is let go when the context ends.
    func leave() { head.remove(entry) }
}
