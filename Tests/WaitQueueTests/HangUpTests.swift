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
            let log = log
            let token = Token { [head] in
                _ = head.hasWaiters
                log.append("gone")
            }
            add(holding: token)
            #expect(log.isEmpty)
            head.hangUpAndFree()
            #expect(log.isEmpty)  // This function still holds the token.
            extend(token)
        }
        #expect(log.all == ["gone"])
    }

    private func add(holding token: Token) {
        head.add(
            WaitQueueEntry { entry, _, locked in
                token.use()
                locked.remove(entry)
                return .woken
            }
        )
    }

    private func extend(_ token: Token) { token.use() }
}
