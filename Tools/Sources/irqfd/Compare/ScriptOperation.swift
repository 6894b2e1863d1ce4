// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// One step of a script. Files are in numbered slots, machines are numbered, lines are numbers of interrupts.
enum ScriptOperation: Equatable, Sendable {
    /// Opens an eventfd in a slot; what was there is closed first.
    case create(slot: Int, initialValue: UInt32, semaphore: Bool, nonBlocking: Bool)
    /// Puts the file of one slot into another as well; what was there is closed.
    case duplicate(from: Int, to: Int)
    /// Empties a slot. The file is closed with the last slot that holds it.
    case close(slot: Int)
    case read(slot: Int)
    /// A read that does not sleep, whatever the file says.
    case tryRead(slot: Int)
    case write(slot: Int, value: UInt64)
    /// A write that does not sleep, whatever the file says.
    case tryWrite(slot: Int, value: UInt64)
    case poll(slot: Int)
    case setNonBlocking(slot: Int, Bool)
    /// The signal that only those inside the kernel can give: it never fails, and stops at the largest value.
    case signal(slot: Int)
    case assign(machine: Int, slot: Int, line: UInt32)
    case deassign(machine: Int, slot: Int, line: UInt32)
    /// Ends a machine and makes a new one in its place.
    case release(machine: Int)

    /// The slot that the operation is about; of a duplicate the one that it is put into.
    var slot: Int? {
        switch self {
        case .create(let slot, _, _, _), .close(let slot), .read(let slot), .tryRead(let slot), .poll(let slot), .signal(let slot): slot
        case .write(let slot, _), .tryWrite(let slot, _), .setNonBlocking(let slot, _): slot
        case .duplicate(_, let slot), .assign(_, let slot, _), .deassign(_, let slot, _): slot
        case .release: nil
        }
    }
}

extension ScriptOperation: CustomStringConvertible {
    /// As it stands in a printed script.
    var description: String {
        switch self {
        case .create(let slot, let initialValue, let semaphore, let nonBlocking):
            "\(Self.name(slot)) = eventfd(\(initialValue)\(semaphore ? ", semaphore" : "")\(nonBlocking ? ", nonblocking" : ""))"
        case .duplicate(let from, let to): "\(Self.name(to)) = dup(\(Self.name(from)))"
        case .close(let slot): "close \(Self.name(slot))"
        case .read(let slot): "read \(Self.name(slot))"
        case .tryRead(let slot): "try read \(Self.name(slot))"
        case .write(let slot, let value): "write \(Self.name(slot)) \(Self.number(value))"
        case .tryWrite(let slot, let value): "try write \(Self.name(slot)) \(Self.number(value))"
        case .poll(let slot): "poll \(Self.name(slot))"
        case .setNonBlocking(let slot, let isOn): "\(Self.name(slot)) \(isOn ? "nonblocking" : "blocking")"
        case .signal(let slot): "signal \(Self.name(slot))"
        case .assign(let machine, let slot, let line): "assign \(Self.name(slot)) to line \(line) of machine \(machine)"
        case .deassign(let machine, let slot, let line): "deassign \(Self.name(slot)) from line \(line) of machine \(machine)"
        case .release(let machine): "release machine \(machine)"
        }
    }

    /// A slot's name: a letter.
    static func name(_ slot: Int) -> String { String(UnicodeScalar(UInt8(ascii: "a") + UInt8(slot))) }

    /// A number; those near the largest by their distance from it.
    static func number(_ value: UInt64) -> String {
        let distance = UInt64.max - value
        return distance == 0 ? "max" : distance < 100_000 ? "max-\(distance)" : "\(value)"
    }
}
