// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Why the comparison cannot be made, or not any further: no difference, but something without which there is nothing to compare.
struct CompareError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
