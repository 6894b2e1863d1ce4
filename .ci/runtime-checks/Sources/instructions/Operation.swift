// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Something of which the instructions are counted.
struct Operation: Sendable {
    let name: String
    /// How many parts of interest it has: the functions of a wake.
    let parts: Int
    /// Prepares it, and does it so many times in a counted section.
    let run: @Sendable (_ times: Int) throws -> Void

    init(_ name: String, parts: Int = 1, run: @escaping @Sendable (_ times: Int) throws -> Void) {
        self.name = name
        self.parts = parts
        self.run = run
    }
}
