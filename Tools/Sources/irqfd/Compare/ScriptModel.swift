// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What the state of both sides is between two operations, as far as one must know it to go on: which operation would sleep, and which
/// difference applies. It judges nobody: that is the other side's part.
struct ScriptModel: Sendable {
    /// A line of a machine.
    struct Place: Equatable, Sendable {
        let machine: Int
        let line: UInt32
    }

    /// An open file.
    struct File: Sendable {
        var count: UInt64
        let isSemaphore: Bool
        var isNonBlocking: Bool
        /// Where its events interrupt.
        var assignment: Place?

        /// Whether a write of the value fits. The largest value never does: that is an error of another kind.
        func hasRoom(for value: UInt64) -> Bool { value < .max && UInt64.max - count > value }

        /// What a read does.
        mutating func take() {
            if isSemaphore { count -= min(count, 1) } else { count = 0 }
        }

        /// An event, and what the kernel's irqfd does with it.
        mutating func add(_ value: UInt64) {
            count += value
            if assignment != nil { take() }
        }

        /// The end of its irqfd, which drains the counter.
        mutating func unhook() {
            assignment = nil
            take()
        }
    }

    private var files: [Int: File] = [:]
    private var made = 0
    /// Which file is in each slot.
    private(set) var slots = [Int?](repeating: nil, count: Script.slots)

    /// The file in a slot, if there is one.
    func file(in slot: Int) -> File? { slots[slot].flatMap { files[$0] } }

    /// All slots with the same file, this one included.
    func slots(like slot: Int) -> [Int] { slots.indices.filter { slots[$0] != nil && slots[$0] == slots[slot] } }

    /// How many eventfds interrupt a machine.
    func assignments(to machine: Int) -> Int { files.values.count { $0.assignment?.machine == machine } }

    /// Whether the operation would put its caller to sleep.
    func sleeps(in operation: ScriptOperation) -> Bool {
        guard let slot = operation.slot, let file = file(in: slot), !file.isNonBlocking else { return false }
        switch operation {
        case .read: return file.count == 0
        case .write(_, let value): return value < .max && !file.hasRoom(for: value)
        default: return false
        }
    }

    /// Takes note of an operation that both sides have done.
    mutating func apply(_ operation: ScriptOperation) {
        switch operation {
        case .create(let slot, let initialValue, let semaphore, let nonBlocking):
            empty(slot)
            files[made] = File(count: UInt64(initialValue), isSemaphore: semaphore, isNonBlocking: nonBlocking)
            slots[slot] = made
            made += 1
        case .duplicate(let from, let to):
            guard from != to, let file = slots[from] else { return }
            empty(to)
            slots[to] = file
        case .close(let slot): empty(slot)
        case .read(let slot), .tryRead(let slot): change(slot) { if $0.count > 0 { $0.take() } }
        case .write(let slot, let value), .tryWrite(let slot, let value): change(slot) { if $0.hasRoom(for: value) { $0.add(value) } }
        case .poll: break
        case .setNonBlocking(let slot, let isOn): change(slot) { $0.isNonBlocking = isOn }
        case .signal(let slot): change(slot) { $0.add($0.count < .max ? 1 : 0) }
        case .assign(let machine, let slot, let line):
            change(slot) { if $0.assignment == nil { $0.assignment = Place(machine: machine, line: line) } }
        case .deassign(let machine, let slot, let line):
            change(slot) { if $0.assignment == Place(machine: machine, line: line) { $0.unhook() } }
        case .release(let machine):
            for key in files.keys where files[key]?.assignment?.machine == machine { files[key]?.unhook() }
        }
    }

    private mutating func change(_ slot: Int, _ body: (inout File) -> Void) {
        guard let key = slots[slot], var file = files[key] else { return }
        body(&file)
        files[key] = file
    }

    private mutating func empty(_ slot: Int) {
        guard let key = slots[slot] else { return }
        slots[slot] = nil
        if !slots.contains(key) { files[key] = nil }
    }
}
