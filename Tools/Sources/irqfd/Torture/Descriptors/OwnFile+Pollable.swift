// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

extension OwnFile {
    /// What poll(2) says of the descriptor that the file lends must be what the counter says.
    func checkPollable() {
        do throws(EventFDError) {
            let readiness = try file.withPollableDescriptor { SystemCall.readiness(of: $0) }
            violations.check(!isClosed, "a closed file has lent a descriptor")
            if !hasLent { arena.tally.pollables.add() }
            hasLent = true
            violations.check(readiness != .notOpen, "a descriptor that was lent is not open")
            if let count = counter.count {
                violations.check(
                    readiness == (count > 0 ? .readable : .notReadable),
                    "a descriptor that was lent is not readable exactly while its file is"
                )
            }
        } catch {
            violations.check(isClosed && error == .badFileDescriptor, "a descriptor to lend: \(error)")
        }
    }
}
