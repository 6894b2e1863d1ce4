// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import WaitQueue

extension OwnFile {
    /// Closes the file; true: it was open.
    func close() -> Bool {
        event.beginClose()
        do throws(EventFDError) {
            try file.close()
            violations.check(event.endClose(), "two closes of one file succeeded")
            arena.tally.closes.add()
        } catch {
            violations.check(isClosed && error == .badFileDescriptor, "close: \(error)")
        }
        defer {
            isClosed = true
            checkOnlooker()
        }
        return !isClosed
    }

    /// Lets go of the file, closed or not; true: it was open.
    func drop(_ departure: Departure) -> Bool {
        event.beginDrop()
        let parcel = Parcel(file)
        held = nil
        departure.drop(parcel)
        defer {
            isClosed = true
            checkOnlooker()
        }
        if !isClosed { arena.tally.forgottenFiles.add() }
        return !isClosed
    }

    /// Lets go of an open file in a wake function of its own queue, which a signal calls; the number of that signal, or nil if it cannot be sent.
    func dropInOwnWakeFunction() -> UInt64? {
        if isClosed || reference == nil { return nil }
        event.beginDrop()
        let parcel = Parcel(file)
        held = nil
        // For the signal alone: a drain that nobody has waited for wakes the queue as well, in another thread.
        let entry = WaitQueueEntry(mask: .input) { entry, _, locked in
            locked.remove(entry)
            parcel.drop()
            return .notWoken
        }
        _ = parcel.content?.poll(PollTable { $0.add(entry) })
        let number = signal(1)
        isClosed = true
        checkOnlooker()
        arena.tally.forgottenFiles.add()
        return number
    }

    // MARK: The onlooker

    /// Puts a stranger's entry on the queue, or takes it away again.
    func changeOnlooker(_ random: inout SplitMix64) {
        checkOnlooker()
        if let onlooker {
            // Somebody must keep the context for that.
            if isClosed, reference == nil { return }
            onlooker.leave()
            self.onlooker = nil
        } else {
            onlooker = Onlooker(file, event, signalsBefore: wakes, &random)
            violations.check((onlooker == nil) == isClosed, "a poll of \(isClosed ? "a closed" : "an open") file: wrong about its table")
        }
    }

    func checkOnlooker() {
        guard let onlooker else { return }
        violations.check(
            onlooker.hasSeen(signals: wakes, ended: isClosed),
            "I9: another entry was not told of every signal, and once of the end"
        )
    }
}
