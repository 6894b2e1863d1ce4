// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What a run and the process of a device say to each other.
enum DeviceMessage: Equatable, Sendable {
    /// To the process: signal the eventfd of which a descriptor comes with this, and no other any more.
    case exchange
    /// To the process: stop storming, signal so many times, and answer.
    case signal(count: UInt64)
    /// To the process: signal in gusts with so many nanoseconds between them, until the next message.
    case storm(pause: UInt64)
    /// The process's answer: when the last signal began, and how many there were since it was started.
    case signalled(began: UInt64, sum: UInt64)

    /// The message as it is sent; both ends are the same program.
    var bytes: [UInt8] {
        switch self {
        case .exchange: Self.encode(0, 0, 0)
        case .signal(let count): Self.encode(1, count, 0)
        case .storm(let pause): Self.encode(2, pause, 0)
        case .signalled(let began, let sum): Self.encode(3, began, sum)
        }
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 3 * Self.wordSize else { return nil }
        let (first, second) = (Self.word(1, of: bytes), Self.word(2, of: bytes))
        switch Self.word(0, of: bytes) {
        case 0: self = .exchange
        case 1: self = .signal(count: first)
        case 2: self = .storm(pause: first)
        case 3: self = .signalled(began: first, sum: second)
        default: return nil
        }
    }

    private static let wordSize = MemoryLayout<UInt64>.size

    private static func encode(_ words: UInt64...) -> [UInt8] {
        words.flatMap { word in (0..<wordSize).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static func word(_ index: Int, of bytes: [UInt8]) -> UInt64 {
        bytes[index * wordSize..<(index + 1) * wordSize].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
