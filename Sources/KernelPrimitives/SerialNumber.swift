// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Numbers that are never given twice, for identities and for names in reports.
package enum SerialNumber {
    private static let last = Atomic<UInt64>(0)

    package static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
