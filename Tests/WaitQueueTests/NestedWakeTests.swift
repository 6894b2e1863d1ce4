// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("waking from a wake function")
struct NestedWakeTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    @Test("a function wakes its own queue through the view; then its own walk goes on")
    func own() {
        let log = log
        let counts = Recorder<Int>()
        head.add(logging("1 input", log, mask: .input), exclusive: true)
        head.add(
            WaitQueueEntry(mask: .input) { _, _, locked in
                log.append("2 begins")
                counts.append(locked.wakeAll(.output))
                log.append("2 ends")
                return .woken
            },
            exclusive: true
        )
        head.add(logging("3 both", log, mask: [.input, .output]), exclusive: true)
        head.add(logging("4 output", log, mask: .output), exclusive: true)
        #expect(head.wakeAll(.input) == 3)
        #expect(log.all == ["1 input", "2 begins", "3 both", "4 output", "2 ends", "3 both"])
        #expect(counts.all == [2])
    }

    @Test("the inner walk calls the running function again, with its own events")
    func recursion() {
        let depths = Recorder<Int>()
        let depth = Guarded(0)
        head.add(
            WaitQueueEntry { _, _, locked in
                let now = depth.withLock { depth in
                    depth += 1
                    return depth
                }
                depths.append(now)
                if now < 4 { locked.wake(.output) }
                depth.withLock { $0 -= 1 }
                return .woken
            }
        )
        head.wake(.input)
        #expect(depths.all == [1, 2, 3, 4])
    }

    @Test("the inner walk removes what the outer one would visit next")
    func innerRemovesNext() {
        head.add(logging("outer", log, mask: .input) { _, locked in locked.wakeAll(.output) }, exclusive: true)
        for name in ["a", "b"] {
            head.add(logging(name, log, mask: [.input, .output]) { entry, locked in locked.remove(entry) }, exclusive: true)
        }
        head.add(logging("last", log, mask: .input), exclusive: true)
        #expect(head.visited(log) == ["outer", "a", "b", "last"])
        #expect(head.visited(log) == ["outer", "last"])
    }

    @Test("the inner walk removes the entry whose function runs, and everything else")
    func innerRemovesAll() {
        let log = log
        let entries = Guarded<[WaitQueueEntry]>([])
        let outer = logging("outer", log, mask: .input) { _, locked in
            locked.wakeAll(.output)
            log.append("outer ends, waiters: \(locked.hasWaiters)")
        }
        let remover = logging("remover", log, mask: .output) { _, locked in
            for entry in entries.current { locked.remove(entry) }
        }
        let last = logging("last", log)
        entries.withLock { $0 = [outer, remover, last] }
        for entry in [outer, last, remover] { head.add(entry, exclusive: true) }
        #expect(head.wakeAll(.input) == 1)
        #expect(log.all == ["outer", "last", "remover", "outer ends, waiters: false"])
        #expect(!head.hasWaiters)
        // The remover's function holds the list, and the list the remover.
        entries.withLock { $0 = [] }
    }

    @Test("an entry added before the inner walk is visited by the inner walk and not by the outer one")
    func addedBetween() {
        let newcomer = logging("newcomer", log)
        let outer = logging("outer", log, mask: .input) { _, locked in
            locked.remove(newcomer)
            locked.add(newcomer, exclusive: true)
            locked.wakeAll(.output)
        }
        head.add(outer, exclusive: true)
        head.add(logging("both", log), exclusive: true)
        #expect(head.visited(log) == ["outer", "both", "newcomer", "both"])
    }

    @Test("an entry added by a function of the inner walk is visited by neither")
    func addedInside() {
        let newcomer = logging("newcomer", log)
        head.add(logging("outer", log, mask: .input) { _, locked in locked.wakeAll(.output) }, exclusive: true)
        let adder = logging("adder", log, mask: .output) { _, locked in locked.add(newcomer, exclusive: true) }
        head.add(adder, exclusive: true)
        #expect(head.visited(log) == ["outer", "adder"])
        head.remove(adder)
        #expect(head.visited(log) == ["outer", "newcomer", "newcomer"])
    }

    @Test("the counts of nested walks are their own")
    func counts() {
        let inner = Recorder<Int>()
        head.add(
            WaitQueueEntry(mask: .input) { _, _, locked in
                inner.append(locked.wake(.output, maxExclusive: 2))
                return .woken
            },
            exclusive: true
        )
        for number in 1...4 { head.add(logging("\(number)", log), exclusive: true) }
        #expect(head.wake(.input, maxExclusive: 2) == 2)
        #expect(inner.all == [2])
        #expect(log.all == ["1", "2", "1"])
    }

    @Test("a function wakes another head")
    func another() {
        let log = log
        let other = WaitQueueHead()
        other.add(logging("of the other", log), exclusive: true)
        head.add(logging("begins", log) { _, _ in log.append("woken there: \(other.wake(.output))") })
        head.wake(.input)
        #expect(log.all == ["begins", "of the other", "woken there: 1"])
    }

    @Test("the function of another head wakes a third one")
    func chain() {
        let log = log
        let heads = (0..<5).map { _ in WaitQueueHead() }
        let entries = heads.indices.map { number in
            logging("\(number)", log) { _, _ in if number + 1 < heads.count { heads[number + 1].wake(.input) } }
        }
        for (head, entry) in zip(heads, entries) { head.add(entry) }
        heads[0].wake(.input)
        #expect(log.all == ["0", "1", "2", "3", "4"])
        // The functions keep the heads.
        for (head, entry) in zip(heads, entries) { head.remove(entry) }
    }
}
