// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("who keeps what alive")
struct LifetimeTests {
    let log = Recorder<String>()

    /// An entry whose closure holds a token; when the token goes, `log` has "gone" and `atEnd` has run.
    private func entry(_ atEnd: @escaping @Sendable () -> Void = {}, _ action: @escaping Action = { _, _ in }) -> WaitQueueEntry {
        let token = Token { [log] in
            atEnd()
            log.append("gone")
        }
        return WaitQueueEntry { [log] entry, _, locked in
            token.use()
            log.append("called")
            action(entry, &locked)
            return .woken
        }
    }

    @Test("the head keeps its entries alive, and lets go of what is removed")
    func headKeeps() throws {
        let head = WaitQueueHead()
        var strong: WaitQueueEntry? = entry()
        weak let weakly = strong
        if let strong { head.add(strong) }
        strong = nil
        head.wake(.input)
        #expect(log.take() == ["called"])
        head.remove(try #require(weakly))
        #expect(log.take() == ["gone"])
        #expect(weakly == nil)
    }

    @Test("what was never added goes with its last reference")
    func neverAdded() {
        _ = entry()
        #expect(log.all == ["gone"])
    }

    @Test("an entry that its user keeps stays when it is removed")
    func userKeeps() {
        let head = WaitQueueHead()
        let entry = entry()
        head.add(entry)
        head.remove(entry)
        #expect(log.isEmpty)
        head.add(entry)
        head.wake(.input)
        #expect(log.all == ["called"])
        head.remove(entry)
    }

    @Test("the end of a head lets go of the entries")
    func endOfHead() {
        var head: WaitQueueHead? = WaitQueueHead()
        for kind in Kind.allCases { head?.add(entry(), as: kind) }
        head = nil
        #expect(log.all == ["gone", "gone", "gone"])
    }

    @Test("after the end of its head an entry may be added to another one")
    func outlivesHead() {
        let entry = entry()
        var first: WaitQueueHead? = WaitQueueHead()
        first?.add(entry)
        first = nil
        let second = WaitQueueHead()
        second.remove(entry)
        second.add(entry)
        second.wake(.input)
        #expect(log.all == ["called"])
        second.remove(entry)
    }

    // In each of the following the token's end uses the head: it would be reported, or hang, if the lock were still held.

    @Test("remove lets go after the unlock")
    func remove() {
        let head = WaitQueueHead()
        weak var weakly: WaitQueueEntry?
        do {
            let entry = entry { _ = head.hasWaiters }
            weakly = entry
            head.add(entry)
        }
        withWatchdog {
            if let entry = weakly { head.remove(entry) }
        }
        #expect(log.all == ["gone"])
    }

    @Test("an entry that removes itself goes after the walk and the unlock")
    func ownFunction() {
        withWatchdog {
            let head = WaitQueueHead()
            head.add(entry({ head.wake(.output) }, { entry, locked in locked.remove(entry) }))
            head.add(entry({ head.wake(.output) }, { entry, locked in locked.remove(entry) }), exclusive: true)
            head.wake(.input)
            #expect(log.all == ["called", "called", "gone", "gone"])
        }
    }

    @Test("entries that another one removes go after the walk and the unlock")
    func otherFunction() {
        withWatchdog {
            let head = WaitQueueHead()
            let victims = Guarded<[WaitQueueEntry]>([])
            for _ in 0..<3 {
                let victim = entry { _ = head.hasWaiters }
                victims.withLock { $0.append(victim) }
                head.add(victim, exclusive: true)
            }
            let remover = WaitQueueEntry { [log] _, _, locked in
                for victim in victims.withLock({ victims in
                    defer { victims = [] }
                    return victims
                }) { locked.remove(victim) }
                log.append("removed")
                return .woken
            }
            head.add(remover)
            head.wakeAll(.input)
            #expect(log.all == ["removed", "gone", "gone", "gone"])
            head.remove(remover)
        }
    }

    @Test("an entry that leaves, comes back and leaves again in one call costs no other entry its reference", arguments: 1...4)
    func leavesAgain(times: Int) {
        withWatchdog {
            let head = WaitQueueHead()
            let action: Action = { entry, locked in
                for _ in 0..<times {
                    locked.remove(entry)
                    locked.add(entry, exclusive: true)
                }
                locked.remove(entry)
            }
            head.add(entry({ _ = head.hasWaiters }, action), exclusive: true)
            let others = (1...2).map { logging("other \($0)", log) }
            for other in others { head.add(other, exclusive: true) }
            head.wakeAll(.input)
            #expect(log.take() == ["called", "other 1", "other 2", "gone"])
            #expect(head.visited(log) == ["other 1", "other 2"])
            for other in others { head.remove(other) }
        }
    }

    @Test("what a withLock body removes goes after the unlock")
    func withLock() {
        withWatchdog {
            let head = WaitQueueHead()
            let entries = Guarded<[WaitQueueEntry]>([])
            for _ in 0..<3 {
                let entry = entry { head.wakeAll(.output) }
                entries.withLock { $0.append(entry) }
                head.add(entry)
            }
            head.withLock { locked in
                while let entry = entries.withLock({ $0.popLast() }) { locked.remove(entry) }
                log.append("end of the body")
            }
            #expect(log.all == ["end of the body", "gone", "gone", "gone"])
        }
    }

    @Test("the same when the body throws")
    func withLockThrowing() {
        struct Refusal: Error {}
        withWatchdog {
            let head = WaitQueueHead()
            weak var weakly: WaitQueueEntry?
            do {
                let entry = entry { _ = head.hasWaiters }
                weakly = entry
                head.add(entry)
            }
            #expect(throws: Refusal.self) {
                try head.withLock { locked in
                    if let entry = weakly { locked.remove(entry) }
                    throw Refusal()
                }
            }
            #expect(log.all == ["gone"])
        }
    }

    @Test("what is removed in a nested walk goes after the outermost lock")
    func nestedWalk() {
        withWatchdog {
            let outer = WaitQueueHead()
            let inner = WaitQueueHead()
            // Both heads are used at the end: neither lock may be held then.
            let atEnd: @Sendable () -> Void = {
                outer.wake(.output)
                _ = inner.hasWaiters
            }
            inner.add(entry(atEnd, { entry, locked in locked.remove(entry) }))
            let waker = WaitQueueEntry(mask: .input) { [log] _, _, _ in
                inner.wake(.input)
                log.append("outer ends")
                return .woken
            }
            outer.add(waker)
            outer.wake(.input)
            #expect(log.all == ["called", "outer ends", "gone"])
            outer.remove(waker)
        }
    }

    @Test("a token's end may add to and remove from the head that let go of it")
    func endUsesHead() {
        withWatchdog {
            let head = WaitQueueHead()
            let another = logging("another", log)
            head.add(entry({ head.add(another) }, { entry, locked in locked.remove(entry) }))
            head.wake(.input)
            #expect(log.all == ["called", "gone"])
            #expect(head.visited(log) == ["another"])
            head.remove(another)
        }
    }

    @Test("the end of a head lets go of entries whose end uses other heads")
    func endOfHeadUnlocked() {
        withWatchdog {
            let other = WaitQueueHead()
            var head: WaitQueueHead? = WaitQueueHead()
            head?.add(entry { other.wakeAll() })
            head?.add(entry { other.wakeAll() })
            head = nil
            #expect(log.all == ["gone", "gone"])
        }
    }

    @Test("add, wake, remove and let go on many threads: no entry is left")
    func storm() {
        withWatchdog {
            let head = WaitQueueHead()
            let gone = Guarded(0)
            inParallel(3) { number in
                for round in 0..<200 {
                    let token = Token {
                        _ = head.hasWaiters
                        gone.withLock { $0 += 1 }
                    }
                    let entry = WaitQueueEntry { entry, _, locked in
                        token.use()
                        if round.isMultiple(of: 3) { locked.remove(entry) }
                        return .woken
                    }
                    head.add(entry, as: Kind.allCases[(round + number) % 3])
                    head.wake(.input)
                    head.remove(entry)
                }
            }
            #expect(gone.current == 600)
        }
    }
}
