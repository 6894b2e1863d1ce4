// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Something could not be measured; a sentence.
struct BenchError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
