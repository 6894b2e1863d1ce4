// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// The interrupt controller of one set. It keeps the set's book, and may take its time, or signal an eventfd of others.
final class TortureController: InterruptController {
    /// What it does besides.
    enum Temper: Sendable {
        case prompt
        /// It stays for a moment, now and then, so that somebody can fail to wait for it.
        case slow
        /// It signals another eventfd before it lowers the line.
        case relay(SharedLine)
        /// It keeps a file or a set that others use, maybe as the last one: then that ends where the controller does.
        case keeper(any AnyObject & Sendable)
    }

    private static let living = Atomic<Int>(0)
    /// How many there are.
    static var alive: Int { living.load(ordering: .relaxed) }

    private let machine: MachineBook
    private let temper: Temper
    private let arena: Arena
    private let calls = Atomic<UInt64>(0)

    init(machine: MachineBook, temper: Temper, arena: Arena) {
        self.machine = machine
        self.temper = temper
        self.arena = arena
        Self.living.wrappingAdd(1, ordering: .relaxed)
    }

    deinit {
        Self.living.wrappingSubtract(1, ordering: .relaxed)
        machine.loseController()
    }

    func setInterrupt(_ gsi: GSI, level: Bool) {
        if level { arena.tally.injections.add() }
        guard let book = machine.book(of: gsi) else {
            arena.violations.add("I2: an interrupt on a line of which no assign has succeeded in this set")
            return
        }
        if level {
            machine.beginCall()
            book.beginInjection()
            linger()
        } else {
            if case .relay(let line) = temper { line.signal(arena.tally) }
            linger()
            book.endInjection()
            machine.endCall()
        }
    }

    /// Gives the processor to others for a while, in one call of four.
    private func linger() {
        guard case .slow = temper else { return }
        let number = calls.wrappingAdd(1, ordering: .relaxed).newValue
        guard number.isMultiple(of: 4) else { return }
        // Another length each time, without anything random.
        let end = ContinuousClock.now + .microseconds((number * 7) % 60)
        while ContinuousClock.now < end { sched_yield() }
    }
}
