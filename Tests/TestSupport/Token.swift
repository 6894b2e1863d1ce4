// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// An object whose end is seen: give it to a closure, and `atEnd` runs when nobody holds that closure any more.
package final class Token: Sendable {
    private let atEnd: @Sendable () -> Void

    package init(atEnd: @escaping @Sendable () -> Void) { self.atEnd = atEnd }

    deinit { atEnd() }

    /// To be called in the closure that shall hold the token.
    package func use() {}
}

/// A variable without any lock. What is tested must order the accesses to it; ThreadSanitizer tells when it does not.
package final class Unprotected<Value: Sendable>: @unchecked Sendable {
    // @unchecked: that the accesses are ordered is what the tests prove.
    package var value: Value

    package init(_ value: Value) { self.value = value }
}

/// Random numbers that a failing test can repeat.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
