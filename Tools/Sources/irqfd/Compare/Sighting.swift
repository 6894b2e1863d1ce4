// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What one side shows after an operation.
struct Sighting: Equatable, Sendable {
    /// What is to be seen of the file in one slot.
    struct Slot: Equatable, Sendable {
        /// What a poll reports.
        var readiness: UInt32
        /// The counter; of an empty slot 0.
        var count: UInt64
        /// What is ready, if somebody who waits for edges of input was told of one since the last look; otherwise 0.
        var inputEdge: UInt32 = 0
        /// The same of one who waits for edges of output. Both wait for errors as well.
        var outputEdge: UInt32 = 0
        /// Whether a descriptor that stands for the file can be read; nil where there is none. Compared if both sides have one.
        var descriptorIsReadable: Bool?
    }

    /// The events for which those wait who wait for edges of input, and of output. An error concerns everybody, as in epoll.
    static let edges: (input: UInt32, output: UInt32) = (0x1 | 0x8, 0x4 | 0x8)

    var slots: [Slot]
    /// The lines on which an interrupt has arrived since the last look, a bit each, for each machine.
    var interrupts: [UInt16] = []

    /// What this side shows and the other does not show like that, in words for each of them; nil if there is nothing.
    func difference(from other: Sighting) -> (String, String)? {
        var (ours, theirs): ([String], [String]) = ([], [])
        func compare<Value: Equatable>(_ what: String, _ left: Value, _ right: Value, _ words: (Value) -> String) {
            if left == right { return }
            ours.append("\(what) \(words(left))")
            theirs.append("\(what) \(words(right))")
        }
        for (index, (left, right)) in zip(slots, other.slots).enumerated() {
            let name = ScriptOperation.name(index)
            compare("count of \(name)", left.count, right.count, ScriptOperation.number)
            compare("poll of \(name)", left.readiness, right.readiness, Self.words)
            compare("edge for input on \(name)", left.inputEdge, right.inputEdge, Self.words)
            compare("edge for output on \(name)", left.outputEdge, right.outputEdge, Self.words)
            if let left = left.descriptorIsReadable, let right = right.descriptorIsReadable {
                compare("descriptor of \(name)", left, right) { $0 ? "readable" : "not readable" }
            }
        }
        for (machine, (left, right)) in zip(interrupts, other.interrupts).enumerated() {
            compare("interrupts of machine \(machine)", left, right) { Self.lines($0) }
        }
        return ours.isEmpty ? nil : (ours.joined(separator: "; "), theirs.joined(separator: "; "))
    }

    /// The open slots and the interrupts, short: for the rows of a script.
    var summary: String {
        var parts = slots.enumerated().compactMap { index, slot -> String? in
            if slot.readiness == 0x20 { return nil }
            let edges = slot.inputEdge | slot.outputEdge
            let edge = edges == 0 ? "" : " !\(Self.words(edges))"
            return "\(ScriptOperation.name(index)): \(ScriptOperation.number(slot.count)) \(Self.words(slot.readiness))\(edge)"
        }
        for (machine, bits) in interrupts.enumerated() where bits != 0 { parts.append("machine \(machine): \(Self.lines(bits))") }
        return parts.joined(separator: "; ")
    }

    /// Events of poll(2), by their names.
    static func words(_ events: UInt32) -> String {
        let names: [(UInt32, String)] = [(0x1, "in"), (0x4, "out"), (0x8, "err"), (0x10, "hup"), (0x20, "nval")]
        let known = names.filter { events & $0.0 != 0 }.map(\.1)
        let rest = events & ~names.reduce(0) { $0 | $1.0 }
        let all = known + (rest == 0 ? [] : ["0x\(String(rest, radix: 16))"])
        return all.isEmpty ? "none" : all.joined(separator: "|")
    }

    private static func lines(_ bits: UInt16) -> String {
        let lines = (0..<16).filter { bits & 1 << $0 != 0 }.map(String.init)
        return lines.isEmpty ? "none" : "line \(lines.joined(separator: ", "))"
    }
}
