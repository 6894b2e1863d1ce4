// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// One of the ways in which a run may go on: a thread does what it stands before, or is let out of a sleep early.
    struct Alternative: Equatable, Sendable {
        enum Kind: UInt8 { case step, timeout, spuriousWakeup }

        static let threadLimit = 16

        let index: Int

        init(index: Int) { self.index = index }
        init(_ thread: Int, _ kind: Kind = .step) { index = thread + Int(kind.rawValue) * Alternative.threadLimit }

        var thread: Int { index % Alternative.threadLimit }
        var kind: Kind { Kind(rawValue: UInt8(index / Alternative.threadLimit))! }
    }

    /// A set of alternatives, or of threads.
    struct AlternativeSet: Equatable, Sendable, Sequence {
        var bits: UInt64 = 0

        var isEmpty: Bool { bits == 0 }
        var count: Int { bits.nonzeroBitCount }
        var first: Alternative? { bits == 0 ? nil : Alternative(index: bits.trailingZeroBitCount) }

        func contains(_ alternative: Alternative) -> Bool { bits & (1 << UInt64(alternative.index)) != 0 }
        mutating func insert(_ alternative: Alternative) { bits |= 1 << UInt64(alternative.index) }
        mutating func remove(_ alternative: Alternative) { bits &= ~(1 << UInt64(alternative.index)) }
        func subtracting(_ other: AlternativeSet) -> AlternativeSet { AlternativeSet(bits: bits & ~other.bits) }

        struct Iterator: IteratorProtocol {
            var rest: UInt64

            mutating func next() -> Alternative? {
                guard rest != 0 else { return nil }
                let index = rest.trailingZeroBitCount
                rest &= rest - 1
                return Alternative(index: index)
            }
        }

        func makeIterator() -> Iterator { Iterator(rest: bits) }
    }
#endif
