// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Makes scripts at random, with a liking for the places where something changes.
struct ScriptGenerator {
    private var random: SplitMix64
    private let machines: Int
    private let hasSignals: Bool
    private let signalsFullCounters: Bool
    private var model = ScriptModel()

    /// - Parameters:
    ///   - machines: How many there are; if none, the scripts are about files alone.
    ///   - hasSignals: Whether the kernel can be made to signal.
    ///   - signalsFullCounters: Whether that is done also where there is no room; a file on a descriptor hands such a signal over.
    init(seed: UInt64, machines: Int, hasSignals: Bool, signalsFullCounters: Bool = true) {
        random = SplitMix64(seed: seed)
        self.machines = machines
        self.hasSignals = hasSignals
        self.signalsFullCounters = signalsFullCounters
    }

    /// The next script, of so many operations.
    mutating func script(operations count: Int) -> Script {
        model = ScriptModel()
        var script = Script(hasMachines: machines > 0, operations: [])
        for _ in 0..<count {
            let operation = operation()
            model.apply(operation)
            script.operations.append(operation)
        }
        return script
    }

    private mutating func operation() -> ScriptOperation {
        let slot = slot()
        if machines > 0, chance(40) { return machineOperation(slot) }
        switch below(100) {
        case ..<10: return create(slot)
        case ..<16: return .duplicate(from: slot, to: Int(below(UInt64(Script.slots))))
        case ..<23: return .close(slot: slot)
        case ..<38: return .read(slot: slot)
        case ..<42: return .tryRead(slot: slot)
        case ..<67: return .write(slot: slot, value: value(for: slot))
        case ..<73: return .tryWrite(slot: slot, value: value(for: slot))
        case ..<76: return .poll(slot: slot)
        case ..<82: return .setNonBlocking(slot: slot, chance(50))
        default: return mayBeSignalled(slot) ? .signal(slot: slot) : .write(slot: slot, value: value(for: slot))
        }
    }

    private func mayBeSignalled(_ slot: Int) -> Bool {
        hasSignals && (signalsFullCounters || model.file(in: slot)?.hasRoom(for: 1) != false)
    }

    private mutating func machineOperation(_ slot: Int) -> ScriptOperation {
        let assignment = model.file(in: slot)?.assignment
        // One machine has more of it, so that it often has several irqfds.
        let place = ScriptModel.Place(machine: chance(60) ? 0 : Int(below(UInt64(machines))), line: line())
        switch below(100) {
        case ..<60: return .assign(machine: place.machine, slot: slot, line: place.line)
        case ..<96:
            // Mostly one that matches; now and then the other machine, or another line.
            let hit = chance(70) ? assignment ?? place : place
            return .deassign(machine: hit.machine, slot: slot, line: hit.line)
        default:
            // A new machine takes its time: so only one to which something is assigned, and the one with more of it.
            let busiest = (0..<machines).max { model.assignments(to: $0) < model.assignments(to: $1) } ?? 0
            return model.assignments(to: busiest) > 0 ? .release(machine: busiest) : create(slot)
        }
    }

    private mutating func create(_ slot: Int) -> ScriptOperation {
        let initialValue: UInt32 =
            switch below(10) {
            case ..<4: 0
            case ..<6: 1
            case ..<7: 2
            case ..<8: .max
            default: UInt32(truncatingIfNeeded: random.next() >> (32 + below(31)))
            }
        return .create(slot: slot, initialValue: initialValue, semaphore: chance(35), nonBlocking: chance(50))
    }

    /// What to write: small and large ones, and those with which the counter comes to one of its limits, or goes beyond.
    private mutating func value(for slot: Int) -> UInt64 {
        switch below(100) {
        case ..<30: return below(3)
        case ..<40: return below(1000)
        case ..<48: return random.next() >> below(64)
        case ..<60: return .max - below(3)
        default:
            let count = model.file(in: slot)?.count ?? 0
            // With this the counter is as large as a write can make it.
            let fill = count < .max ? .max - 1 - count : 0
            return switch below(4) {
            case 0: fill + 1
            case 1: fill - min(fill, 1)
            default: fill
            }
        }
    }

    /// Mostly a slot with a file in it.
    private mutating func slot() -> Int {
        let open = model.slots.indices.filter { model.slots[$0] != nil }
        if !open.isEmpty, chance(85) { return open[Int(below(UInt64(open.count)))] }
        return Int(below(UInt64(Script.slots)))
    }

    private mutating func line() -> UInt32 { Script.lines[Int(below(UInt64(Script.lines.count)))] }

    private mutating func below(_ limit: UInt64) -> UInt64 { UInt64.random(in: 0..<limit, using: &random) }

    private mutating func chance(_ percent: UInt64) -> Bool { below(100) < percent }
}
