// swift-irqfd: SPDX-License-Identifier: Apache-2.0

extension ScriptOperation {
    /// The same operation with something less in it: a flag, a value that catches the eye less. Each form is simpler, so this cannot go on for ever.
    var simplerForms: [ScriptOperation] {
        switch self {
        case .create(let slot, let initialValue, let semaphore, let nonBlocking):
            var forms = Self.simplerValues(than: UInt64(initialValue), of: [0, 1, 2]).map {
                ScriptOperation.create(slot: slot, initialValue: UInt32($0), semaphore: semaphore, nonBlocking: nonBlocking)
            }
            if semaphore { forms.append(.create(slot: slot, initialValue: initialValue, semaphore: false, nonBlocking: nonBlocking)) }
            if nonBlocking { forms.append(.create(slot: slot, initialValue: initialValue, semaphore: semaphore, nonBlocking: false)) }
            return forms
        case .tryRead(let slot): return [.read(slot: slot)]
        case .tryWrite(let slot, let value): return [.write(slot: slot, value: value)]
        case .write(let slot, let value):
            return Self.simplerValues(than: value, of: [0, 1, 2, .max, .max - 1, .max - 2]).map { .write(slot: slot, value: $0) }
        case .duplicate, .close, .read, .poll, .setNonBlocking, .signal, .assign, .deassign, .release: return []
        }
    }

    /// Those before the value, of a list that begins with the simplest.
    private static func simplerValues(than value: UInt64, of values: [UInt64]) -> ArraySlice<UInt64> {
        values.firstIndex(of: value).map { values[..<$0] } ?? values[...]
    }

    /// The same operation with other names in it.
    func renamed(
        slot: (Int) -> Int = { $0 },
        machine: (Int) -> Int = { $0 },
        line: (UInt32) -> UInt32 = { $0 }
    ) -> ScriptOperation {
        switch self {
        case .create(let old, let initialValue, let semaphore, let nonBlocking):
            .create(slot: slot(old), initialValue: initialValue, semaphore: semaphore, nonBlocking: nonBlocking)
        case .duplicate(let from, let to): .duplicate(from: slot(from), to: slot(to))
        case .close(let old): .close(slot: slot(old))
        case .read(let old): .read(slot: slot(old))
        case .tryRead(let old): .tryRead(slot: slot(old))
        case .write(let old, let value): .write(slot: slot(old), value: value)
        case .tryWrite(let old, let value): .tryWrite(slot: slot(old), value: value)
        case .poll(let old): .poll(slot: slot(old))
        case .setNonBlocking(let old, let isOn): .setNonBlocking(slot: slot(old), isOn)
        case .signal(let old): .signal(slot: slot(old))
        case .assign(let oldMachine, let old, let oldLine): .assign(machine: machine(oldMachine), slot: slot(old), line: line(oldLine))
        case .deassign(let oldMachine, let old, let oldLine): .deassign(machine: machine(oldMachine), slot: slot(old), line: line(oldLine))
        case .release(let old): .release(machine: machine(old))
        }
    }
}
