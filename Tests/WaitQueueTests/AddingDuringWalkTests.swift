// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// Under the watchdog, because a walk that visits what is added may never end.
@Suite("adding during a walk")
struct AddingDuringWalkTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    private static func add(_ entry: WaitQueueEntry, as kind: Kind, to locked: inout WaitQueueHead.Locked) {
        switch kind {
        case .priority: locked.add(entry, priority: true)
        case .plain: locked.add(entry)
        case .exclusive: locked.add(entry, exclusive: true)
        }
    }

    @Test("an entry added during a walk is visited by the next walk, not by this one", arguments: Kind.allCases, Kind.allCases)
    func notVisited(adder: Kind, added: Kind) {
        withWatchdog(seconds: 10) {
            let newcomer = logging("newcomer", log)
            let newcomers = Guarded([newcomer])
            let entry = logging("adder", log) { _, locked in
                if let newcomer = newcomers.withLock({ $0.popLast() }) { Self.add(newcomer, as: added, to: &locked) }
            }
            head.add(entry, as: adder)
            #expect(head.visited(log) == ["adder"])
            #expect(Set(head.visited(log)) == ["adder", "newcomer"])
        }
    }

    @Test("an entry that removes and adds itself is not visited twice by one walk", arguments: Kind.allCases, Kind.allCases)
    func itselfAgain(before: Kind, after: Kind) {
        withWatchdog(seconds: 10) {
            let entry = logging("it", log) { entry, locked in
                locked.remove(entry)
                Self.add(entry, as: after, to: &locked)
            }
            head.add(logging("other", log), exclusive: true)
            head.add(entry, as: before)
            for _ in 1...3 { #expect(head.visited(log).sorted() == ["it", "other"]) }
        }
    }

    @Test("all entries add themselves again at the end of the queue: the walk ends")
    func everybodyAgain() {
        withWatchdog(seconds: 10) {
            for name in ["a", "b", "c"] {
                let entry = logging(name, log) { entry, locked in
                    locked.remove(entry)
                    locked.add(entry, exclusive: true)
                }
                head.add(entry, exclusive: true)
            }
            for _ in 1...3 { #expect(head.visited(log) == ["a", "b", "c"]) }
            // A wake of one turns the queue: each gets its turn.
            for name in ["a", "b", "c", "a"] {
                #expect(head.wake(.input) == 1)
                #expect(log.take() == [name])
            }
        }
    }

    @Test("the next entry is removed and added again: it counts as added during the walk")
    func nextAgain() {
        withWatchdog(seconds: 10) {
            let next = logging("next", log)
            let first = logging("first", log) { _, locked in
                locked.remove(next)
                locked.add(next, exclusive: true)
            }
            head.add(first, exclusive: true)
            head.add(next, exclusive: true)
            head.add(logging("last", log), exclusive: true)
            #expect(head.visited(log) == ["first", "last"])
            #expect(head.visited(log) == ["first", "last"])
            head.remove(first)
            #expect(head.visited(log) == ["last", "next"])
        }
    }

    @Test("an entry goes to another head from its own function, and the walk goes on")
    func toAnotherHead() {
        withWatchdog(seconds: 10) {
            let other = WaitQueueHead()
            let entry = logging("it", log) { entry, locked in
                locked.remove(entry)
                other.add(entry, exclusive: true)
                other.add(logging("with it", log), exclusive: true)
            }
            head.add(entry, exclusive: true)
            head.add(logging("next", log), exclusive: true)
            #expect(head.visited(log) == ["it", "next"])
            #expect(head.visited(log) == ["next"])
            #expect(other.hasWaiters)
            // The entry's function holds the other head, which keeps the entry.
            other.remove(entry)
        }
    }
}
