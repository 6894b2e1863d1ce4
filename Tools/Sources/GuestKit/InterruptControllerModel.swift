// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A model of one 8259 interrupt controller with edge-triggered lines: what is requested, in service and masked, a bit a line.
struct InterruptControllerModel: Sendable {
    private(set) var request: UInt8 = 0
    private(set) var inService: UInt8 = 0
    /// All ones until the guest has programmed the controller.
    var mask: UInt8 = .max
    private var level: UInt8 = 0

    /// Raises or lowers a line; only the edge upwards asks for anything.
    mutating func setLine(_ line: Int, level isHigh: Bool) -> LineOutcome {
        let bit: UInt8 = 1 << line
        defer { level = isHigh ? level | bit : level & ~bit }
        guard isHigh, level & bit == 0 else { return .ignored }
        guard request & bit == 0 else { return .merged }
        request |= bit
        return mask & bit == 0 ? .latched : .ignored
    }

    /// The line whose interrupt is due: the lowest one that is asked for and not masked, if it is more urgent than all in service.
    var due: Int? {
        let waiting = request & ~mask
        guard waiting != 0 else { return nil }
        let line = waiting.trailingZeroBitCount
        return line < inService.trailingZeroBitCount ? line : nil
    }

    /// The processor takes the interrupt: from asked for to in service.
    mutating func take(_ line: Int) {
        request &= ~(1 << line)
        inService |= 1 << line
    }

    /// The handler is done with the line.
    mutating func acknowledge(_ line: Int) {
        inService &= ~(1 << line)
    }
}

/// The two controllers of a PC, the second on line 2 of the first.
struct InterruptControllerPair: Sendable {
    private static let cascade = 2

    private var first = InterruptControllerModel()
    private var second = InterruptControllerModel()

    /// Lets all lines through, which the guest does when it is ready.
    mutating func unmask() {
        first.mask = 0
        second.mask = 0
    }

    mutating func setLine(_ line: Int, level: Bool) -> LineOutcome {
        guard line >= 8 else { return first.setLine(line, level: level) }
        let outcome = second.setLine(line - 8, level: level)
        driveCascade()
        return outcome
    }

    /// Takes the interrupt that is due, if there is one: its line.
    mutating func take() -> Int? {
        guard let line = first.due else { return nil }
        first.take(line)
        guard line == Self.cascade else { return line }
        guard let behind = second.due else { return nil }
        second.take(behind)
        driveCascade()
        return behind + 8
    }

    mutating func acknowledge(_ line: Int) {
        guard line >= 8 else { return first.acknowledge(line) }
        second.acknowledge(line - 8)
        first.acknowledge(Self.cascade)
        driveCascade()
    }

    /// The second controller's output is high while an interrupt of its is due, and falls for a moment whenever that changes.
    private mutating func driveCascade() {
        _ = first.setLine(Self.cascade, level: false)
        if second.due != nil { _ = first.setLine(Self.cascade, level: true) }
    }
}
