// swift-irqfd: SPDX-License-Identifier: Apache-2.0

@testable import irqfd

/// A side without anything behind it: the rules of an eventfd as numbers, any of which can be made wrong. It knows no machines.
final class ArtificialSubject: Subject {
    /// What an eventfd does.
    struct Rules: Sendable {
        /// The largest count at which there is output.
        var outputLimit = UInt64.max - 2
        /// The count at which there is an error.
        var errorCount: UInt64? = .max
        /// The largest count that a write may reach.
        var writeLimit = UInt64.max - 1
        /// The largest count that a signal may reach.
        var signalLimit = UInt64.max
        /// What a read takes of a semaphore.
        var semaphoreTakes: UInt64 = 1
        var zeroIsEvent = true
        /// Of what a read tells: output.
        var readEvent: UInt32 = 4
    }

    /// An open file.
    private final class File {
        var count: UInt64
        let isSemaphore: Bool
        var isNonBlocking: Bool

        init(count: UInt64, isSemaphore: Bool, isNonBlocking: Bool) {
            self.count = count
            self.isSemaphore = isSemaphore
            self.isNonBlocking = isNonBlocking
        }
    }

    let name: String
    let differences: [Difference] = []
    private let rules: Rules
    private var files: [File?] = []
    /// The events of which each slot has been told since the last look.
    private var events: [UInt32] = []
    var isHurried = false

    init(_ name: String, _ rules: Rules) {
        self.name = name
        self.rules = rules
    }

    func begin(_ script: Script) {
        files = Array(repeating: nil, count: Script.slots)
        events = Array(repeating: 0, count: Script.slots)
    }

    func end() {}

    func bringInStep(_ difference: Difference, after operation: ScriptOperation, in model: ScriptModel) -> String? { nil }

    func perform(_ operation: ScriptOperation, sleeps: Bool) -> Outcome {
        if case .create(let slot, let initialValue, let semaphore, let nonBlocking) = operation {
            put(File(count: UInt64(initialValue), isSemaphore: semaphore, isNonBlocking: nonBlocking), in: slot)
            return .done
        }
        if case .duplicate(let from, let to) = operation {
            guard let file = files[from] else { return .failed(9) }
            if from != to { put(file, in: to) }
            return .done
        }
        guard let slot = operation.slot else { return .leftOut }
        guard let file = files[slot] else {
            return switch operation {
            case .poll: .events(0x20)
            case .setNonBlocking: .leftOut
            default: .failed(9)
            }
        }
        return perform(operation, slot, file)
    }

    private func perform(_ operation: ScriptOperation, _ slot: Int, _ file: File) -> Outcome {
        switch operation {
        case .close:
            files[slot] = nil
            events[slot] = 0
            return .done
        case .read, .tryRead:
            if file.count == 0 { return .failed(11) }
            let value = file.isSemaphore ? min(rules.semaphoreTakes, file.count) : file.count
            file.count -= value
            tell(file, rules.readEvent)
            return .value(value)
        case .write(_, let value), .tryWrite(_, let value):
            if value == .max { return .failed(22) }
            guard value <= rules.writeLimit, file.count <= rules.writeLimit - value else { return .failed(11) }
            file.count += value
            if value > 0 || rules.zeroIsEvent { tell(file, 1) }
            return .done
        case .poll: return .events(readiness(file))
        case .setNonBlocking(_, let isOn):
            file.isNonBlocking = isOn
            return .value(isOn ? 1 : 0)
        case .signal:
            if file.count < rules.signalLimit { file.count += 1 }
            tell(file, 1)
            return .done
        default: return .leftOut
        }
    }

    private func put(_ file: File, in slot: Int) {
        files[slot] = file
        events[slot] = readiness(file)
    }

    private func tell(_ file: File, _ event: UInt32) {
        for slot in files.indices where files[slot] === file { events[slot] |= event }
    }

    private func readiness(_ file: File) -> UInt32 {
        (file.count > 0 ? 1 : 0) | (file.count <= rules.outputLimit ? 4 : 0) | (file.count == rules.errorCount ? 8 : 0)
    }

    func look(expecting other: Sighting?) -> Sighting {
        defer { events = Array(repeating: 0, count: Script.slots) }
        return Sighting(
            slots: files.enumerated().map { slot, file in
                guard let file else { return Sighting.Slot(readiness: 0x20, count: 0) }
                let readiness = readiness(file)
                return Sighting.Slot(
                    readiness: readiness,
                    count: file.count,
                    inputEdge: events[slot] & 0x9 == 0 ? 0 : readiness & 0x9,
                    outputEdge: events[slot] & 0xC == 0 ? 0 : readiness & 0xC
                )
            }
        )
    }
}
