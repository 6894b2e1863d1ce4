// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("counting, and when a walk stops")
struct CountTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    private func fill(priority: Int = 1, plain: Int = 2, exclusive: Int = 3) {
        for number in 0..<priority { head.add(logging("priority \(number)", log), priority: true) }
        for number in (0..<plain).reversed() { head.add(logging("plain \(number)", log)) }
        for number in 0..<exclusive { head.add(logging("exclusive \(number)", log), exclusive: true) }
    }

    @Test("a wake wakes all that are not exclusive and one that is")
    func byDefaultOne() {
        fill()
        #expect(head.wake(.input) == 1)
        #expect(log.take() == ["priority 0", "plain 0", "plain 1", "exclusive 0"])
        // It stays where it is: the next wake begins with it again.
        #expect(head.wake(.input) == 1)
        #expect(log.take() == ["priority 0", "plain 0", "plain 1", "exclusive 0"])
    }

    @Test("maxExclusive is how many exclusive entries are woken at most", arguments: [(1, 1), (2, 2), (3, 3), (4, 3), (Int.max, 3)])
    func atMost(maximum: Int, woken: Int) {
        fill()
        #expect(head.wake(.input, maxExclusive: maximum) == woken)
        #expect(log.take() == ["priority 0", "plain 0", "plain 1"] + (0..<woken).map { "exclusive \($0)" })
        #expect(head.withLock { locked in locked.wake(.input, maxExclusive: maximum) } == woken)
    }

    @Test("maxExclusive: 0 calls only what is not exclusive")
    func none() {
        fill()
        #expect(head.wake(.input, maxExclusive: 0) == 0)
        #expect(log.take() == ["priority 0", "plain 0", "plain 1"])
        #expect(head.withLock { locked in locked.wake(.input, maxExclusive: 0) } == 0)
        #expect(log.take() == ["priority 0", "plain 0", "plain 1"])
    }

    @Test("wakeAll wakes every exclusive entry")
    func all() {
        fill()
        #expect(head.wakeAll(.input) == 3)
        #expect(log.take().count == 6)
        #expect(head.withLock { locked in locked.wakeAll(.input) } == 3)
        #expect(log.take().count == 6)
    }

    @Test("only exclusive entries are counted")
    func onlyExclusive() {
        fill(priority: 3, plain: 3, exclusive: 0)
        #expect(head.wake(.input) == 0)
        #expect(head.wakeAll(.input) == 0)
        #expect(log.count == 12)
    }

    @Test("nobody there: nothing is woken")
    func empty() {
        #expect(head.wake(.input) == 0)
        #expect(head.wakeAll() == 0)
        #expect(head.wake(maxExclusive: 0) == 0)
    }

    @Test("an exclusive entry that was not woken passes the wake on")
    func passedOn() {
        head.add(logging("busy", log, returning: .notWoken), exclusive: true)
        head.add(logging("first", log), exclusive: true)
        head.add(logging("busy too", log, returning: .notWoken), exclusive: true)
        head.add(logging("second", log), exclusive: true)
        #expect(head.wake(.input) == 1)
        #expect(log.take() == ["busy", "first"])
        #expect(head.wake(.input, maxExclusive: 2) == 2)
        #expect(log.take() == ["busy", "first", "busy too", "second"])
        #expect(head.wakeAll(.input) == 2)
        #expect(log.take() == ["busy", "first", "busy too", "second"])
    }

    @Test("nobody takes the wake: everybody was asked, none is counted")
    func nobodyTakesIt() {
        for name in ["a", "b"] { head.add(logging(name, log, returning: .notWoken), exclusive: true) }
        #expect(head.wake(.input) == 0)
        #expect(log.all == ["a", "b"])
    }

    @Test("what a function that is not exclusive returns does not end the walk, but for .stop")
    func plainResults() {
        head.add(logging("woken", log))
        head.add(logging("not woken", log, returning: .notWoken))
        head.add(logging("exclusive", log), exclusive: true)
        #expect(head.wake(.input) == 1)
        #expect(log.all == ["not woken", "woken", "exclusive"])
    }

    @Test(".stop ends the walk, of whichever kind the entry is", arguments: [Kind.priority, .plain])
    func stop(kind: Kind) {
        head.add(logging("behind", log))
        head.add(logging("far behind", log), exclusive: true)
        head.add(logging("stops", log, returning: .stop), as: kind)
        #expect(head.wake(.input) == 0)
        #expect(head.wakeAll(.input) == 0)
        #expect(head.withLock { locked in locked.wake(.input) + locked.wakeAll(.input) } == 0)
        #expect(log.all == ["stops", "stops", "stops", "stops"])
    }

    @Test("an exclusive entry that stops the walk is not counted; those before it are")
    func exclusiveStop() {
        head.add(logging("a", log), exclusive: true)
        head.add(logging("stops", log, returning: .stop), exclusive: true)
        head.add(logging("behind", log), exclusive: true)
        #expect(head.wakeAll(.input) == 1)
        #expect(log.take() == ["a", "stops"])
        #expect(head.wake(.input, maxExclusive: 3) == 1)
        #expect(log.take() == ["a", "stops"])
        #expect(head.wake(.input, maxExclusive: 1) == 1)
        #expect(log.take() == ["a"])
    }
}
