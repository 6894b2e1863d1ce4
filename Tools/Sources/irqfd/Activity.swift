// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What one thread of the run is doing, so that the watch can say who waits for what.
final class Activity: Sendable {
    enum Step: UInt8, Sendable {
        case starting
        case startingProcess
        case killing
        case idle
        case signalling
        case writing
        case reading
        case lending
        case awaitingAnswer
        case parked
        case assigning
        case awaitingDevices
        case closing
        case deassigning
        case releasing
        case forgetting
        case flushing
        case awaitingController
        case counting
        case shuttingDown
        case awaitingRacers
        case awaitingGuest
        case stoppingGuest
        case ended
    }

    let name: String
    private let packed = Atomic<UInt64>(0)
    private let steps = Atomic<UInt64>(0)

    init(_ name: String) {
        self.name = name
    }

    /// Notes what comes next, and with which line, where one is concerned.
    func enter(_ step: Step, line: Line? = nil) {
        let number = line.map { UInt64($0.number) + 1 } ?? 0
        packed.store(number << 8 | UInt64(step.rawValue), ordering: .relaxed)
        steps.wrappingAdd(1, ordering: .relaxed)
    }

    /// How many steps the thread has entered.
    var stepsEntered: UInt64 { steps.load(ordering: .relaxed) }

    /// The thread in one clause.
    var state: String {
        let value = packed.load(ordering: .relaxed)
        let text = Self.describe(Step(rawValue: UInt8(truncatingIfNeeded: value)) ?? .starting)
        return value >> 8 == 0 ? "\(name) \(text)" : "\(name) \(text), line \(value >> 8 - 1)"
    }

    private static func describe(_ step: Step) -> String {
        switch step {
        case .starting: "starts"
        case .startingProcess: "starts a process"
        case .killing: "kills a process"
        case .idle: "has nothing to do"
        case .signalling: "signals"
        case .writing: "writes to an eventfd"
        case .reading: "reads an eventfd"
        case .lending: "is lent a descriptor"
        case .awaitingAnswer: "waits for the guest to take an interrupt after its last signal"
        case .parked: "waits for orders"
        case .assigning: "is in assign"
        case .awaitingDevices: "waits for the devices"
        case .closing: "closes an eventfd"
        case .deassigning: "is in deassign"
        case .releasing: "is in release"
        case .forgetting: "drops a file or a set"
        case .flushing: "flushes an injection queue"
        case .awaitingController: "waits until a set that was dropped is gone"
        case .counting: "counts what is alive"
        case .shuttingDown: "shuts a queue down"
        case .awaitingRacers: "waits for the other threads"
        case .awaitingGuest: "waits for the guest to take what was injected"
        case .stoppingGuest: "stops the guest"
        case .ended: "has ended"
        }
    }
}
