// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import WaitQueue

/// A head that so many entries wait at.
final class WaitingEntries {
    let head = WaitQueueHead()
    private let entries: [WaitQueueEntry]

    init(_ count: Int) {
        entries = (0..<count).map { _ in WaitQueueEntry { _, _, _ in .notWoken } }
        for entry in entries { head.add(entry) }
    }
}
