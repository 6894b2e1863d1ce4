// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What an operation gave back.
enum Outcome: Equatable, Sendable {
    case done
    case value(UInt64)
    /// What a poll reported.
    case events(UInt32)
    /// It failed, with the number of an error.
    case failed(Int32)
    /// It went to sleep although it had no reason to, and had to be ended.
    case slept
    /// It is about nothing that is there, and the interface of one side cannot say so: both leave it out.
    case leftOut
}

extension Outcome: CustomStringConvertible {
    /// In a word or two.
    var description: String {
        switch self {
        case .done: "done"
        case .value(let value): ScriptOperation.number(value)
        case .events(let events): Sighting.words(events)
        case .failed(let number): Self.names[number] ?? "error \(number)"
        case .slept: "slept"
        case .leftOut: "left out"
        }
    }

    private static let names: [Int32: String] = [4: "EINTR", 9: "EBADF", 11: "EAGAIN", 16: "EBUSY", 19: "ENODEV", 22: "EINVAL"]
}
