// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// An instance as small as one can be that holds a number.
final class Inner {
    var value: UInt64 = 0

    /// Makes one where the compiler does not see how short its life is, and would do without.
    @inline(never)
    static func make() -> Inner { Inner() }
}
