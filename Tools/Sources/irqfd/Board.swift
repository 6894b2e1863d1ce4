// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import KVMIrqfd
import Synchronization

/// The interrupt controller that the sets inject into, and the one who is told what the guest takes: it keeps the lines' books.
final class Board: InterruptController, GuestObserver {
    let lines: [Line]
    private let guest: any Guest
    private let byNumber: [Line?]
    private let taken = Atomic<UInt64>(0)
    private let failures: Failures

    init(guest: any Guest, lines: [Line], failures: Failures) {
        self.guest = guest
        self.lines = lines
        self.failures = failures
        byNumber = (0..<16).map { number in lines.first { $0.number == number } }
    }

    /// How many interrupts the guest has taken.
    var interruptsTaken: UInt64 { taken.load(ordering: .relaxed) }

    func setInterrupt(_ gsi: GSI, level: Bool) {
        guard let line = line(gsi.rawValue) else { return }
        if level {
            line.inject { set(gsi, level: true) }
        } else {
            line.endInjection { _ = set(gsi, level: false) }
        }
    }

    func guestTook(_ line: UInt32) {
        self.line(line)?.take()
        taken.wrappingAdd(1, ordering: .relaxed)
    }

    func guestFailed(_ error: GuestError) {
        failures.add("\(error)")
    }

    private func line(_ number: UInt32) -> Line? {
        if number < 16, let line = byNumber[Int(number)] { return line }
        failures.add("an interrupt on line \(number), which has no device")
        return nil
    }

    private func set(_ gsi: GSI, level: Bool) -> LineOutcome {
        do {
            return try guest.setLine(gsi.rawValue, level: level)
        } catch {
            failures.add("\(error)")
            return .ignored
        }
    }
}
