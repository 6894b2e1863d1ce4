// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("the order of a walk")
struct OrderTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    @Test("non-exclusive entries run newest first")
    func plain() {
        for name in ["a", "b", "c"] { head.add(logging(name, log)) }
        #expect(head.visited(log) == ["c", "b", "a"])
    }

    @Test("exclusive entries run oldest first")
    func exclusive() {
        for name in ["a", "b", "c"] { head.add(logging(name, log), exclusive: true) }
        #expect(head.visited(log) == ["a", "b", "c"])
    }

    @Test("priority entries run oldest first")
    func priority() {
        for name in ["a", "b", "c"] { head.add(logging(name, log), priority: true) }
        #expect(head.visited(log) == ["a", "b", "c"])
    }

    @Test("priority entries come first, exclusive ones last, in whichever order the kinds came")
    func kinds() {
        let orders: [[Kind]] = [
            [.priority, .plain, .exclusive], [.priority, .exclusive, .plain], [.plain, .priority, .exclusive],
            [.plain, .exclusive, .priority], [.exclusive, .priority, .plain], [.exclusive, .plain, .priority],
        ]
        for order in orders {
            let head = WaitQueueHead()
            for round in 1...2 {
                for kind in order { head.add(logging("\(kind) \(round)", log), as: kind) }
            }
            #expect(
                head.visited(log) == ["priority 1", "priority 2", "plain 2", "plain 1", "exclusive 1", "exclusive 2"],
                "added as \(order)"
            )
        }
    }

    @Test("exclusive: false and priority: false add a plain entry")
    func explicitlyPlain() {
        head.add(logging("exclusive", log), exclusive: true)
        head.add(logging("a", log), exclusive: false)
        head.add(logging("b", log), priority: false)
        #expect(head.visited(log) == ["b", "a", "exclusive"])
        #expect(head.wake(.input, maxExclusive: 3) == 1)
    }

    @Test("an entry that is added again takes a new place and a new kind")
    func addedAgain() {
        let entry = logging("it", log)
        head.add(logging("plain", log))
        head.add(logging("exclusive", log), exclusive: true)
        head.add(entry)
        #expect(head.visited(log) == ["it", "plain", "exclusive"])
        head.remove(entry)
        head.add(entry, exclusive: true)
        #expect(head.visited(log) == ["plain", "exclusive", "it"])
        #expect(head.wake(.input, maxExclusive: 5) == 2)
        head.remove(entry)
        head.add(entry)
        #expect(head.visited(log) == ["it", "plain", "exclusive"])
        #expect(head.wake(.input, maxExclusive: 5) == 1)
        head.remove(entry)
        head.add(entry, priority: true)
        head.add(logging("newest", log))
        #expect(head.visited(log) == ["it", "newest", "plain", "exclusive"])
    }

    @Test("an entry may go from one head to another")
    func otherHead() {
        let other = WaitQueueHead()
        let entry = logging("it", log)
        head.add(entry)
        head.remove(entry)
        other.add(entry)
        #expect(head.visited(log) == [])
        #expect(other.visited(log) == ["it"])
    }

    @Test("the locked forms keep the same order")
    func locked() {
        head.withLock { locked in
            locked.add(logging("exclusive 1", log), exclusive: true)
            locked.add(logging("plain 1", log))
            locked.add(logging("priority 1", log), priority: true)
            locked.add(logging("exclusive 2", log), exclusive: true)
            locked.add(logging("priority 2", log), priority: true)
            locked.add(logging("plain 2", log))
        }
        #expect(head.visited(log) == ["priority 1", "priority 2", "plain 2", "plain 1", "exclusive 1", "exclusive 2"])
    }

    @Test("hasWaiters tells whether an entry of any kind is queued", arguments: Kind.allCases)
    func hasWaiters(kind: Kind) {
        let entry = logging("it", log)
        #expect(!head.hasWaiters)
        head.add(entry, as: kind)
        #expect(head.hasWaiters)
        #expect(head.withLock { locked in locked.hasWaiters })
        head.remove(entry)
        #expect(!head.hasWaiters)
        #expect(!head.withLock { locked in locked.hasWaiters })
    }

    @Test("ten thousand entries are walked in order")
    func many() {
        let numbers = Recorder<Int>()
        for number in 0..<10_000 {
            let entry = WaitQueueEntry { _, _, _ in
                numbers.append(number)
                return .woken
            }
            head.add(entry, exclusive: true)
        }
        #expect(head.wakeAll(.input) == 10_000)
        #expect(numbers.all == Array(0..<10_000))
    }
}
