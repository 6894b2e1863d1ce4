// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// What a wake function may do to the queue, and that the walk goes on as if it had been clear from the start.
@Suite("removal during a walk")
struct RemovalDuringWalkTests {
    let head = WaitQueueHead()
    let log = Recorder<String>()

    /// Adds exclusive entries with these names, so that they are visited in this order, and returns them.
    @discardableResult
    private func add(_ names: String..., acting: [String: Action] = [:]) -> [WaitQueueEntry] {
        names.map { name in
            let entry = logging(name, log, acting[name] ?? { _, _ in })
            head.add(entry, exclusive: true)
            return entry
        }
    }

    @Test("a function gets its own entry and the events of the wake, on the thread of the waker")
    func arguments() {
        let seen = Recorder<(ObjectIdentifier, PollEvents)>()
        let entry = WaitQueueEntry { entry, events, _ in
            seen.append((ObjectIdentifier(entry), events))
            return .woken
        }
        head.add(entry)
        head.wake([.input, .priority])
        let all = seen.all
        #expect(all.count == 1)
        #expect(all.first?.0 == ObjectIdentifier(entry))
        #expect(all.first?.1 == [.input, .priority])
    }

    @Test("an entry removes itself, and the walk goes on", arguments: ["a", "b", "c"])
    func itself(who: String) {
        add("a", "b", "c", acting: [who: { entry, locked in locked.remove(entry) }])
        #expect(head.visited(log) == ["a", "b", "c"])
        #expect(head.visited(log) == ["a", "b", "c"].filter { $0 != who })
    }

    @Test("all remove themselves in one walk")
    func allThemselves() {
        let leave: Action = { entry, locked in locked.remove(entry) }
        add("a", "b", "c", acting: ["a": leave, "b": leave, "c": leave])
        #expect(head.wakeAll(.input) == 3)
        #expect(log.take() == ["a", "b", "c"])
        #expect(!head.hasWaiters)
    }

    @Test("a single ticket and a removal of itself: each wake takes the next")
    func oneForEachWake() {
        let leave: Action = { entry, locked in locked.remove(entry) }
        add("a", "b", "c", acting: ["a": leave, "b": leave, "c": leave])
        for name in ["a", "b", "c"] {
            #expect(head.wake(.input) == 1)
            #expect(log.take() == [name])
        }
        #expect(head.wake(.input) == 0)
    }

    /// Four entries; the one called `who` removes those in `victims`.
    private func victims(of who: String, _ victims: [String]) -> (first: [String], second: [String]) {
        let entries = Guarded<[String: WaitQueueEntry]>([:])
        let names = ["a", "b", "c", "d"]
        for name in names {
            let entry = logging(name, log) { _, locked in
                guard name == who else { return }
                for victim in victims { if let entry = entries.current[victim] { locked.remove(entry) } }
            }
            entries.withLock { $0[name] = entry }
            head.add(entry, exclusive: true)
        }
        defer { entries.withLock { $0 = [:] } }
        return (head.visited(log), head.visited(log))
    }

    @Test("the next entry is removed: it is not called any more")
    func next() {
        let calls = victims(of: "b", ["c"])
        #expect(calls.first == ["a", "b", "d"])
        #expect(calls.second == ["a", "b", "d"])
    }

    @Test("the last entry is removed by the one before it")
    func last() {
        let calls = victims(of: "c", ["d"])
        #expect(calls.first == ["a", "b", "c"])
        #expect(calls.second == ["a", "b", "c"])
    }

    @Test("several next entries are removed")
    func severalNext() {
        let calls = victims(of: "a", ["b", "c"])
        #expect(calls.first == ["a", "d"])
        #expect(calls.second == ["a", "d"])
    }

    @Test("several next entries are removed, in the opposite order")
    func severalNextBackwards() {
        let calls = victims(of: "a", ["d", "c", "b"])
        #expect(calls.first == ["a"])
        #expect(calls.second == ["a"])
    }

    @Test("the entry before, already visited, is removed")
    func previous() {
        let calls = victims(of: "c", ["b"])
        #expect(calls.first == ["a", "b", "c", "d"])
        #expect(calls.second == ["a", "c", "d"])
    }

    @Test("an entry removes itself and the next one", arguments: [["b", "c"], ["c", "b"]])
    func itselfAndNext(order: [String]) {
        let calls = victims(of: "b", order)
        #expect(calls.first == ["a", "b", "d"])
        #expect(calls.second == ["a", "d"])
    }

    @Test("an entry removes all, itself among them", arguments: ["a", "b", "d"])
    func all(who: String) {
        let calls = victims(of: who, ["a", "b", "c", "d"])
        #expect(calls.first == ["a", "b", "c", "d"].filter { $0 <= who })
        #expect(calls.second == [])
        #expect(!head.hasWaiters)
    }

    @Test("removing twice in one function, or what is not queued, does nothing")
    func twice() {
        let stranger = logging("stranger", log)
        add(
            "a",
            "b",
            acting: [
                "a": { entry, locked in
                    locked.remove(entry)
                    locked.remove(entry)
                    locked.remove(stranger)
                }
            ]
        )
        #expect(head.visited(log) == ["a", "b"])
        #expect(head.visited(log) == ["b"])
    }

    @Test("hasWaiters of the view follows the removals of the function")
    func viewHasWaiters() {
        let seen = Recorder<Bool>()
        head.add(
            WaitQueueEntry { entry, _, locked in
                seen.append(locked.hasWaiters)
                locked.remove(entry)
                seen.append(locked.hasWaiters)
                return .woken
            }
        )
        head.wake(.input)
        #expect(seen.all == [true, false])
    }
}
