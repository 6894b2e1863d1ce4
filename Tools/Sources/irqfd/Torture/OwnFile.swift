// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import WaitQueue

/// An eventfd that one thread alone uses: every result is known beforehand, and each that is another one is a violation.
final class OwnFile {
    let event = EventBook()
    var counter: CounterModel
    var isClosed = false
    var reference: EventFDContextReference?
    var onlooker: Onlooker?
    /// Its descriptor was lent once, and follows it from then on.
    var hasLent = false
    /// The one reference to the file, until it is taken out to be dropped.
    var held: EventFDFile?
    /// Signals and writes that have woken the queue.
    private(set) var wakes: UInt64 = 0
    let arena: Arena

    var file: EventFDFile { held! }

    var violations: Violations { arena.violations }

    init(_ random: inout SplitMix64, _ arena: Arena) {
        let value = Int.random(in: 0..<3, using: &random) == 0 ? UInt32.random(in: 1...5, using: &random) : 0
        let isSemaphore = Int.random(in: 0..<4, using: &random) == 0
        // No read may sleep: nobody else would write.
        held = EventFDFile(initialValue: value, flags: isSemaphore ? [.semaphore, .nonBlocking] : .nonBlocking)
        counter = CounterModel(initialValue: value, isSemaphore: isSemaphore)
        self.arena = arena
        renewReference()
    }

    deinit {
        if reference != nil { arena.tally.forgottenReferences.add() }
    }

    // MARK: Signals

    /// Sends a signal; its number, for those that it must interrupt, or nil if it was not sent.
    func signal(_ n: UInt64) -> UInt64? {
        if reference == nil { return nil }
        let number = event.beginSignal()
        let added = reference?.signal(n) ?? 0
        event.endSignal()
        wakes += 1
        arena.tally.signals.add()
        // Of a closed file the shutdown may drain the counter at any moment: only its being small is known.
        violations.check(isClosed ? added == n : counter.signal(n, added: added), "a signal added something else than there was room for")
        return number
    }

    /// Writes, by one of the two ways; the number of the write, or nil if it was refused.
    func write(_ value: UInt64, maySleep: Bool) -> UInt64? {
        let number = event.beginSignal()
        var error: EventFDError?
        do throws(EventFDError) {
            if maySleep { try file.write(value) } else { try file.tryWrite(value) }
        } catch let thrown {
            error = thrown
        }
        event.endSignal()
        if isClosed {
            violations.check(error == .badFileDescriptor, "a write to a closed file: \(Self.describe(error))")
        } else {
            violations.check(counter.write(value, error: error), "a write: \(Self.describe(error))")
        }
        if error != nil { return nil }
        wakes += 1
        arena.tally.writes.add()
        return number
    }

    /// Fills the counter to the brim, with the last two by signals, and empties it again; the numbers of what was sent.
    func fill() -> [UInt64] {
        guard !isClosed, let count = counter.count, counter.canBeEmptied, reference != nil else { return [] }
        let sent = [write(.max - 1 - count, maySleep: true), signal(1), write(1, maySleep: false), write(.max, maySleep: false), signal(7)]
        look()
        read(maySleep: true)
        return sent.compactMap { $0 }
    }

    // MARK: Looking

    func read(maySleep: Bool) {
        var outcome: Result<UInt64, EventFDError>
        do throws(EventFDError) {
            outcome = .success(try maySleep ? file.read() : file.tryRead())
            arena.tally.reads.add()
        } catch {
            outcome = .failure(error)
        }
        let isRight = isClosed ? outcome == .failure(.badFileDescriptor) : counter.read(outcome)
        violations.check(isRight, "a read of \(isClosed ? "a closed file" : "an open one"): \(outcome)")
    }

    func look() {
        checkOnlooker()
        let count = file.count
        let events = file.poll()
        if isClosed {
            violations.check(count == 0 && events == .invalid, "a closed file shows a counter, or an event")
        } else if let expected = counter.count, let readiness = counter.readiness {
            violations.check(count == expected, "a counter is not what was added less what was taken")
            violations.check(events == readiness, "a poll does not show what the counter says")
        }
    }

    // MARK: The reference

    /// Takes a reference, which a closed file refuses; the old one goes.
    func renewReference() {
        do throws(EventFDError) {
            let new = try file.makeContextReference()
            violations.check(!isClosed, "a closed file gave a context reference")
            if reference != nil { arena.tally.forgottenReferences.add() }
            reference = consume new
        } catch {
            violations.check(isClosed && error == .badFileDescriptor, "a reference: \(error)")
        }
    }

    /// Takes a second reference, and forgets or puts the first.
    func duplicateReference(thenForget: Bool) {
        guard let first = reference.take() else { return }
        let second = first.duplicate()
        violations.check(second.id == first.id, "a duplicate is of another context")
        reference = consume second
        if thenForget { arena.tally.forgottenReferences.add() } else { first.put() }
    }

    func putReference() {
        reference.take()?.put()
    }

    private static func describe(_ error: EventFDError?) -> String { error.map { "\($0)" } ?? "accepted" }
}
