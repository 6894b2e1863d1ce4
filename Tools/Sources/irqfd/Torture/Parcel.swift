// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit

/// One reference, which can be dropped by whoever has the parcel: the only one, if the sender kept none.
final class Parcel<Content: AnyObject & Sendable>: Sendable {
    private let held: Monitor<Content?>

    init(_ content: Content) {
        held = Monitor(content)
    }

    var content: Content? { held.read { $0 } }

    /// Drops the reference, in this thread and not under the parcel's lock.
    func drop() {
        _ = held.update { $0.take() }
    }
}
