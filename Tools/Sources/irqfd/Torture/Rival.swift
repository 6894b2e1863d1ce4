// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import WaitQueue

/// What one thread does to the things that all threads share. Any other thread may be faster, so an error is a violation only where nobody
/// has begun what causes it.
struct Rival {
    let bench: SharedBench
    private let arena: Arena
    let activity: Activity

    var violations: Violations { arena.violations }
    var tally: Tally { arena.tally }

    init(bench: SharedBench, arena: Arena, activity: Activity) {
        self.bench = bench
        self.arena = arena
        self.activity = activity
    }

    /// One operation.
    func step(_ random: inout SplitMix64) {
        let filePlace = Int.random(in: 0..<bench.files.count, using: &random)
        let setPlace = Int.random(in: 0..<bench.sets.count, using: &random)
        let open = bench.files[filePlace].read { $0 }
        let live = bench.sets[setPlace].read { $0 }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<30: signal(open, times: Int.random(in: 1...4, using: &random))
        case 30..<36: write(open, UInt64.random(in: 0...3, using: &random))
        case 36..<42: read(open)
        case 42..<45: look(open)
        case 45..<70: assign(open, live, setPlace)
        case 70..<84: deassign(open, live, setPlace)
        case 84..<92:
            end(open, byDropping: !bench.mayBeSlept(in: filePlace) && Bool.random(using: &random))
            bench.replace(open, at: filePlace, &random)
        case 92..<96:
            release(live)
            bench.replace(live, at: setPlace, &random)
        case 96..<99 where !bench.isEnding.isSo:
            forget(live)
            bench.replace(live, at: setPlace, &random)
        default: signal(open, times: 32)
        }
    }

    /// Ends what is left, together with all others who do so.
    func finish(_ random: inout SplitMix64) {
        bench.isEnding.establish()
        var ends: [() -> Void] = bench.files.enumerated().map { place, file in
            { end(file.read { $0 }, byDropping: !bench.mayBeSlept(in: place)) }
        }
        // The sets that are not released are dropped with the bench.
        for set in bench.sets where Bool.random(using: &random) { ends.append { release(set.read { $0 }) } }
        for end in ends.shuffled(using: &random) { end() }
    }

    // MARK: Signals

    private func signal(_ open: OpenFile, times: Int) {
        activity.enter(.signalling)
        for _ in 0..<times { open.line.signal(tally) }
    }

    private func write(_ open: OpenFile, _ value: UInt64) {
        activity.enter(.writing)
        open.line.send {
            do throws(EventFDError) {
                try open.file.tryWrite(value)
                tally.writes.add()
                return true
            } catch {
                checkClosed(error, open, "write")
                return false
            }
        }
    }

    private func read(_ open: OpenFile) {
        activity.enter(.reading)
        do throws(EventFDError) {
            violations.check(try open.file.tryRead() > 0, "a read returned zero")
            tally.reads.add()
        } catch {
            // Another reader, or a drain, may have been faster.
            if error != .wouldBlock { checkClosed(error, open, "read") }
        }
    }

    private func look(_ open: OpenFile) {
        activity.enter(.reading)
        _ = open.file.count
        let events = open.file.poll()
        if events == .invalid { return checkClosed(.badFileDescriptor, open, "poll") }
        violations.check(events == .output || events == [.input, .output], "a poll of a counter with room showed something else")
    }

    func checkClosed(_ error: EventFDError, _ open: OpenFile, _ call: StaticString) {
        violations.check(error == .badFileDescriptor && open.line.event.isEnding, "\(call): \(error)")
        tally.races.add()
    }

    // MARK: Assigns

    private func assign(_ open: OpenFile, _ live: LiveSet, _ place: Int) {
        activity.enter(.assigning)
        let mustFail = live.machine.isOver || open.line.event.isClosed
        let book = live.machine.open(gsi: arena.nextGSI(), event: open.line.event, pending: .possible)
        do throws(IrqfdError) {
            try live.set.assign(open.file, gsi: book.gsi)
            violations.check(!mustFail, "assign succeeded with a file that was closed, or in a set that was released")
            book.acceptAssign()
            open.line.publish(book, at: place)
            tally.assigns.add()
        } catch {
            tally.refusals.add()
            check(error, open, live, "assign", orBusy: true)
            // Released in the middle, it may have been hooked: the set's book sees to that.
            if error != .released { live.machine.refuse(book) }
        }
    }

    private func deassign(_ open: OpenFile, _ live: LiveSet, _ place: Int) {
        guard let book = open.line.book(at: place) else { return }
        activity.enter(.deassigning)
        // It may be of a set that was here before.
        let isOfSet = book.setEnds === live.machine.ends
        if isOfSet { book.beginEnd() }
        do throws(IrqfdError) {
            let hasMatched = try live.set.deassign(open.file, gsi: book.gsi)
            if hasMatched {
                violations.check(isOfSet, "deassign matched in a set to which the eventfd was not assigned")
                book.countMatch()
                tally.deassigns.add()
            } else {
                violations.check(!isOfSet || book.mayBeEndedByOthers, "deassign did not match an irqfd that nobody else has ended")
                if isOfSet { tally.races.add() }
                tally.refusals.add()
            }
            // Matched or not: who ended it had queued the shutdown, which was waited for.
            if isOfSet { book.finish() }
        } catch {
            check(error, open, live, "deassign", orBusy: false)
            tally.refusals.add()
        }
    }

    private func check(_ error: IrqfdError, _ open: OpenFile, _ live: LiveSet, _ call: StaticString, orBusy: Bool) {
        let isPossible =
            switch error {
            case .badFileDescriptor: open.line.event.isEnding
            case .released: live.machine.ends.isSo
            default: orBusy
            }
        violations.check(isPossible, "\(call): \(error)")
        if error != .resourceBusy { tally.races.add() }
    }

    // MARK: Ends

    private func end(_ open: OpenFile, byDropping: Bool) {
        activity.enter(.closing)
        let event = open.line.event
        if byDropping {
            if event.beginDrop() { tally.forgottenFiles.add() }
            return
        }
        event.beginClose()
        do throws(EventFDError) {
            try open.file.close()
            violations.check(event.endClose(), "two closes of one file succeeded")
            tally.closes.add()
        } catch {
            violations.check(error == .badFileDescriptor && event.isClosedTwice, "close: \(error)")
            tally.races.add()
        }
    }

    private func release(_ live: LiveSet) {
        activity.enter(.releasing)
        live.machine.ends.establish()
        live.set.release()
        live.machine.finish()
        tally.releases.add()
    }

    private func forget(_ live: LiveSet) {
        if live.machine.ends.establish() { tally.forgottenSets.add() }
    }
}
