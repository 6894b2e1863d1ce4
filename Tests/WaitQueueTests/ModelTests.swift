// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// The queue against a model of it that is too simple to be wrong, with functions that add, remove and wake at random.
@Suite("the queue against its model")
struct ModelTests {
    @Test("the same calls in the same order, and the same counts", arguments: 0..<8)
    func compare(batch: UInt64) {
        withWatchdog {
            for seed in batch * 40..<(batch + 1) * 40 {
                let real = Real(seed: seed).run()
                var model = Model(seed: seed)
                #expect(real == model.run(), "seed \(seed)")
            }
        }
    }
}

/// A call of a function, or the count that a wake returned.
private enum Happening: Equatable {
    case called(Int, PollEvents)
    case woke(Int)
}

private enum Step {
    case add(Int, Kind)
    case remove(Int)
    case wake(PollEvents, Int?)
}

/// The dice, with what they need to know. Real and model have each their own, thrown alike as long as both do the same.
private struct Dice {
    static let entries = 7
    static let masks: [PollEvents] = [.all, .input, .output, [.input, .output], .all, .input, .output]

    var random: SplitMix64
    var isQueued = Array(repeating: false, count: entries)
    var depth = 0
    var calls = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    /// What to do next; keeps book of who is queued.
    mutating func step() -> Step {
        let entry = number(0..<Self.entries)
        switch number(0..<8) {
        case 0 where depth < 3 && calls < 400:
            let events: [PollEvents] = [.input, .output, .all, []]
            return .wake(events[number(0..<4)], [nil, 0, 1, 2][number(0..<4)])
        case 0...4 where !isQueued[entry]:
            isQueued[entry] = true
            return .add(entry, Kind.allCases[number(0..<3)])
        default:
            isQueued[entry] = false
            return .remove(entry)
        }
    }

    /// What a function does and returns.
    mutating func function() -> (count: Int, result: WakeResult) {
        calls += 1
        let results: [WakeResult] = [.woken, .woken, .notWoken, .stop]
        return (number(0..<4), results[number(0..<12) == 0 ? 3 : number(0..<3)])
    }
}

private struct Model {
    private struct Member {
        let entry: Int
        let kind: Kind
        let stamp: Int
    }

    private var dice: Dice
    private var members: [Member] = []
    private var stamp = 0
    private var happenings: [Happening] = []

    init(seed: UInt64) { dice = Dice(seed: seed) }

    mutating func run() -> [Happening] {
        for _ in 0..<30 {
            perform(dice.step())
            walk(.input, nil)
        }
        return happenings
    }

    private mutating func perform(_ step: Step) {
        switch step {
        case .add(let entry, let kind):
            stamp += 1
            let member = Member(entry: entry, kind: kind, stamp: stamp)
            let priorities = members.prefix { $0.kind == .priority }.count
            members.insert(member, at: kind == .exclusive ? members.count : priorities)
        case .remove(let entry): members.removeAll { $0.entry == entry }
        case .wake(let events, let maximum): walk(events, maximum)
        }
    }

    private mutating func walk(_ events: PollEvents, _ maximum: Int?) {
        dice.depth += 1
        var woken = 0
        for member in members where !events.isEmpty {
            if member.kind == .exclusive && woken == maximum { break }
            let isQueued = members.contains { $0.stamp == member.stamp }
            if !isQueued || events.isDisjoint(with: Dice.masks[member.entry]) { continue }
            happenings.append(.called(member.entry, events))
            let (count, result) = dice.function()
            for _ in 0..<count { perform(dice.step()) }
            if result == .stop { break }
            if result == .woken && member.kind == .exclusive { woken += 1 }
        }
        dice.depth -= 1
        happenings.append(.woke(woken))
    }
}

private final class Real: Sendable {
    private let dice: Guarded<Dice>
    private let entries = Guarded<[WaitQueueEntry]>([])
    private let happenings = Recorder<Happening>()

    init(seed: UInt64) { dice = Guarded(Dice(seed: seed)) }

    func run() -> [Happening] {
        let head = WaitQueueHead()
        for number in 0..<Dice.entries {
            let entry = WaitQueueEntry(mask: Dice.masks[number]) { [self] _, events, locked in
                happenings.append(.called(number, events))
                let (count, result) = dice.withLock { $0.function() }
                for _ in 0..<count { perform(dice.withLock { $0.step() }, &locked) }
                return result
            }
            entries.withLock { $0.append(entry) }
        }
        for _ in 0..<30 {
            let step = dice.withLock { $0.step() }
            head.withLock { locked in
                perform(step, &locked)
                perform(.wake(.input, nil), &locked)
            }
        }
        for entry in entries.current { head.remove(entry) }
        entries.withLock { $0 = [] }
        return happenings.all
    }

    private func perform(_ step: Step, _ locked: inout WaitQueueHead.Locked) {
        switch step {
        case .add(let number, let kind):
            let entry = entries.withLock { $0[number] }
            switch kind {
            case .priority: locked.add(entry, priority: true)
            case .plain: locked.add(entry)
            case .exclusive: locked.add(entry, exclusive: true)
            }
        case .remove(let number): locked.remove(entries.withLock { $0[number] })
        case .wake(let events, let maximum):
            dice.withLock { $0.depth += 1 }
            let woken = maximum.map { locked.wake(events, maxExclusive: $0) } ?? locked.wakeAll(events)
            dice.withLock { $0.depth -= 1 }
            happenings.append(.woke(woken))
        }
    }
}
