// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import WaitQueue

/// What the counter of an open eventfd must be if one thread alone uses it.
///
/// Each function is told what an operation gave, says whether that can be, and takes note. While the shutdown of a set that nobody has waited
/// for may drain the counter, it is not known; a read may tell later. What is not known is small: there is room.
struct CounterModel: Sendable {
    /// The counter; nil: not known.
    private(set) var count: UInt64?
    private let isSemaphore: Bool
    private var mayBeDrained = false

    init(initialValue: UInt32, isSemaphore: Bool) {
        count = UInt64(initialValue)
        self.isSemaphore = isSemaphore
    }

    /// Whether an event is there for an assign.
    var pending: AssignmentBook.PendingEvent {
        guard let count else { return .possible }
        return count > 0 ? .certain : .none
    }

    /// Whether one read takes everything.
    var canBeEmptied: Bool { !isSemaphore }

    // MARK: Operations

    mutating func signal(_ n: UInt64, added: UInt64) -> Bool {
        guard let count else { return true }
        let room = min(n, .max - count)
        self.count = count + room
        return added == room
    }

    /// A write that may not sleep; nil: it succeeded.
    mutating func write(_ value: UInt64, error: EventFDError?) -> Bool {
        if value == .max { return error == .invalidArgument }
        guard let count else { return error == nil }
        if UInt64.max - count <= value { return error == .wouldBlock }
        self.count = count + value
        return error == nil
    }

    /// A read that may not sleep.
    mutating func read(_ outcome: Result<UInt64, EventFDError>) -> Bool {
        switch outcome {
        case .success(let value):
            guard value > 0, !isSemaphore || value == 1 else { return false }
            if let count {
                let left = isSemaphore ? count &- 1 : 0
                self.count = left
                return count > 0 && value == (isSemaphore ? 1 : count)
            }
            if !isSemaphore { learnEmpty() }
            return true
        case .failure(.wouldBlock):
            if let count { return count == 0 }
            learnEmpty()
            return true
        case .failure:
            return false
        }
    }

    /// What a poll must show; nil: not known.
    var readiness: PollEvents? {
        count.map { count in
            var events: PollEvents = []
            if count > 0 { events.insert(.input) }
            if count == .max { events.insert(.error) }
            if count < .max - 1 { events.insert(.output) }
            return events
        }
    }

    // MARK: Drains

    /// The last irqfd that was hooked is unhooked, and that has been waited for.
    mutating func drain() {
        // Of a semaphore that is not known it takes one, or none.
        if let count { self.count = isSemaphore ? count - min(count, 1) : 0 } else if !isSemaphore { learnEmpty() }
    }

    /// An irqfd will be unhooked, nobody knows when.
    mutating func beginUncertainty() {
        count = nil
        mayBeDrained = true
    }

    /// It is unhooked by now.
    mutating func endUncertainty() { mayBeDrained = false }

    private mutating func learnEmpty() {
        if !mayBeDrained { count = 0 }
    }
}
