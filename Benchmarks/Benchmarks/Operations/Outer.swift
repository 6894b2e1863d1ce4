// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// An instance that holds another: what a file and its context are at least.
final class Outer {
    let inner = Inner()

    /// Makes one where the compiler does not see how short its life is, and would do without.
    @inline(never)
    static func make() -> Outer { Outer() }
}
