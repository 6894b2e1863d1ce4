// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// How a file that one side alone ends comes to its end.
enum FileEnd: CaseIterable, Sendable {
    case closed
    case dropped

    /// Ends it, unless it has been ended; the parcel is empty then, or has a closed file.
    func end(_ parcel: Parcel<OpenFile>, _ arena: Arena) {
        guard let line = parcel.content?.line, !line.event.isEnding else { return }
        switch self {
        case .closed:
            line.event.beginClose()
            do throws(EventFDError) {
                try parcel.content?.file.close()
                arena.violations.check(line.event.endClose(), "two closes of one file succeeded")
                arena.tally.closes.add()
            } catch {
                arena.violations.add("close of an open file: \(error)")
            }
        case .dropped:
            line.event.beginDrop()
            arena.tally.forgottenFiles.add()
            parcel.drop()
        }
    }
}
