// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("hanging up and freeing")
struct HangUpTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    @Test("all entries are called, with hang-up and free, and the queue is empty after")
    func all() {
        let keys = Recorder<PollEvents>()
        for kind in Kind.allCases {
            for _ in 0..<2 {
                let entry = WaitQueueEntry { entry, events, locked in
                    keys.append(events)
                    locked.remove(entry)
                    return .woken
                }
                head.add(entry, as: kind)
            }
        }
        head.hangUpAndFree()
        #expect(keys.all == Array(repeating: [.hangup, .free], count: 6))
        #expect(!head.hasWaiters)
    }

    @Test("an entry that listens to hang-ups only is called, and so is one that listens to the free only")
    func masks() {
        let leave: Action = { entry, locked in locked.remove(entry) }
        head.add(logging("hangup", log, mask: .hangup, leave), exclusive: true)
        head.add(logging("free", log, mask: .free, leave), exclusive: true)
        head.hangUpAndFree()
        #expect(log.all == ["hangup", "free"])
    }

    @Test("nobody there: nothing happens")
    func empty() {
        head.hangUpAndFree()
        #expect(!head.hasWaiters)
    }

    @Test("it lets go of the entries, without the lock")
    func letsGo() {
        withWatchdog {
            for kind in Kind.allCases { head.add(entryThatLeaves(), as: kind) }
            head.hangUpAndFree()
            #expect(log.all == ["called", "called", "called", "gone", "gone", "gone"])
        }
    }

    /// An entry that removes itself; its end uses the head, and is written into the log.
    private func entryThatLeaves() -> WaitQueueEntry {
        let token = Token { [head, log] in
            _ = head.hasWaiters
            log.append("gone")
        }
        return logging("called", log) { entry, locked in
            token.use()
            locked.remove(entry)
        }
    }
}
