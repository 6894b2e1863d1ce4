// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CountedSection

/// What is counted of an operation: all else is preparation.
final class Section {
    private let body: () throws -> Void
    private var failure: (any Error)?

    private init(_ body: @escaping () throws -> Void) { self.body = body }

    /// Runs the body, counted.
    static func count(_ body: @escaping () throws -> Void) throws {
        let section = Section(body)
        counted_section(
            { context in Unmanaged<Section>.fromOpaque(context!).takeUnretainedValue().run() },
            Unmanaged.passUnretained(section).toOpaque()
        )
        if let failure = section.failure { throw failure }
    }

    private func run() {
        do { try body() } catch { failure = error }
    }
}
