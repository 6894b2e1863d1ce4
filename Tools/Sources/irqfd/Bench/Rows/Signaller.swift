// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// A context reference that closures may share.
final class Signaller: Sendable {
    let reference: EventFDContextReference

    init(_ reference: consuming EventFDContextReference) { self.reference = reference }

    /// Signals so often.
    @inline(never)
    static func signal(_ reference: borrowing EventFDContextReference, _ count: Int) {
        for _ in 0..<count { reference.signal(1) }
    }
}
