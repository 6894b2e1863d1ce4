// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("with the lock held")
struct LockedTests {
    enum Refusal: Error { case first, second }

    let head = WaitQueueHead()
    let log = Recorder<String>()

    @Test("withLock returns what its body returns")
    func result() {
        #expect(head.withLock { _ in 42 } == 42)
        head.withLock { _ in }
        struct Ticket: ~Copyable { let number: Int }
        let ticket = head.withLock { _ in Ticket(number: 7) }
        let number = ticket.number
        #expect(number == 7)
    }

    @Test("withLock throws what its body throws, with its type, and unlocks")
    func typedThrow() {
        do throws(Refusal) {
            try head.withLock { (locked) throws(Refusal) in
                locked.add(logging("it", log))
                throw .second
            }
            Issue.record("it did not throw")
        } catch {
            #expect(error == .second)
        }
        #expect(head.hasWaiters)
        #expect(head.visited(log) == ["it"])
    }

    @Test("nobody else has the lock meanwhile")
    func exclusion() {
        withWatchdog {
            let value = Unprotected(0)
            inParallel(3) { [head] _ in
                for _ in 0..<2000 { head.withLock { _ in value.value += 1 } }
            }
            #expect(head.withLock { _ in value.value } == 6000)
        }
    }

    @Test("a wake waits while the lock is held, and its functions see what was done under it")
    func wakeWaits() {
        withWatchdog {
            let value = Unprotected(0)
            let seen = Recorder<Int>()
            let entry = WaitQueueEntry { _, _, _ in
                seen.append(value.value)
                return .woken
            }
            head.add(entry)
            let holds = Gate("the lock is held")
            let release = Gate("the lock may go")
            let holder = TestThread("holder") { [head] in
                head.withLock { _ in
                    holds.open()
                    release.wait()
                    value.value = 5
                }
            }
            holds.wait()
            let waker = TestThread("waker") { [head] in _ = inStep("wake") { head.wake(.input) } }
            waker.waitUntilAsleep(in: "wake")
            #expect(seen.isEmpty)
            release.open()
            holder.join()
            waker.join()
            #expect(seen.all == [5])
            head.remove(entry)
        }
    }

    @Test("the view adds, wakes and removes")
    func operations() {
        let entry = logging("exclusive", log)
        let woken = head.withLock { locked -> [Int] in
            locked.add(entry, exclusive: true)
            locked.add(logging("plain", log))
            let counts = [locked.wake(.input), locked.wakeAll(.input), locked.wake(.input, maxExclusive: 0)]
            locked.remove(entry)
            return counts + [locked.wakeAll(.input)]
        }
        #expect(woken == [1, 1, 0, 0])
        #expect(log.all == ["plain", "exclusive", "plain", "exclusive", "plain", "plain"])
        #expect(head.hasWaiters)
    }

    @Test("the locks of two heads are held at once, in one order")
    func two() {
        let other = WaitQueueHead()
        let both = head.withLock { outer in
            outer.add(logging("outer", log))
            return other.withLock { inner in
                inner.add(logging("inner", log))
                return outer.hasWaiters && inner.hasWaiters
            }
        }
        #expect(both)
        #expect(head.visited(log) == ["outer"])
        #expect(other.visited(log) == ["inner"])
    }

    @Test("waiting with the lock: the condition runs with the lock held, which is free while it sleeps and held again after")
    func lockedWait() {
        withWatchdog {
            let value = Unprotected(0)  // The head's lock alone orders the accesses.
            let thread = TestThread("sleeper") { [head] in
                head.withLock { locked in
                    inStep("locked wait") { locked.wait(until: { _ in value.value == 3 }) }
                    value.value += 100
                    return locked.hasWaiters
                }
            }
            for _ in 1...3 {
                thread.waitUntilAsleep(in: "locked wait")
                #expect(!thread.isFinished)
                head.withLock { locked in
                    let isWaiter = locked.hasWaiters
                    #expect(isWaiter)
                    value.value += 1
                    locked.wake(.input)
                }
            }
            #expect(thread.join() == false)
            #expect(head.withLock { _ in value.value } == 103)
        }
    }

    @Test("a locked wait whose condition is true at entry does not let go of the lock")
    func lockedWaitTrueAtEntry() {
        head.withLock { locked in
            locked.wait(until: { locked in !locked.hasWaiters })
            let isTrue = locked.wait(until: { locked in !locked.hasWaiters }, timeout: .seconds(10))
            #expect(isTrue)
        }
    }

    @Test("a locked wait times out with the lock held")
    func lockedWaitTimesOut() {
        withWatchdog {
            let began = ContinuousClock.now
            let isTrue = head.withLock { locked in
                let isTrue = locked.wait(until: { _ in false }, timeout: .milliseconds(10))
                locked.add(logging("added after", log))
                return isTrue
            }
            #expect(!isTrue)
            #expect(ContinuousClock.now - began >= .milliseconds(10))
            #expect(head.visited(log) == ["added after"])
        }
    }

    @Test("the condition of a locked wait may use the view")
    func lockedConditionUsesView() {
        withWatchdog {
            let entry = logging("it", log)
            head.add(entry)
            let isOver = Gate("it is over")
            let thread = TestThread("sleeper") { [head] in
                head.withLock { locked in
                    inStep("locked wait") {
                        locked.wait(until: { locked in
                            locked.remove(entry)
                            return isOver.isOpen
                        })
                    }
                }
            }
            thread.waitUntilAsleep(in: "locked wait")
            head.wake(.input)
            thread.waitUntilAsleep(in: "locked wait")
            isOver.open()
            head.wake(.input)
            thread.join()
            #expect(log.isEmpty)
            #expect(!head.hasWaiters)
        }
    }

    @Test("what is removed before a locked wait goes before it sleeps: without the lock")
    func removedBeforeLockedWait() {
        withWatchdog {
            let isGone = Gate("the entry is gone")
            let entries = Guarded<[WaitQueueEntry]>([])
            do {
                let token = Token { [head] in
                    _ = head.hasWaiters
                    isGone.open()
                }
                let entry = WaitQueueEntry { _, _, _ in
                    token.use()
                    return .woken
                }
                entries.withLock { $0.append(entry) }
                head.add(entry)
            }
            let thread = TestThread("sleeper") { [head] in
                head.withLock { locked in
                    if let entry = entries.withLock({ $0.popLast() }) { locked.remove(entry) }
                    locked.wait(until: { _ in isGone.isOpen })
                }
            }
            isGone.wait()
            head.wake()
            thread.join()
        }
    }
}
