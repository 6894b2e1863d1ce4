// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Synchronization
import WaitQueue

/// An entry in the wait queue of a file that remembers which events woke it: what an edge-triggered epoll set is for a descriptor.
final class EdgeEntry {
    /// Shared with the wake function.
    private final class Seen: Sendable {
        let events = Atomic<UInt32>(0)
    }

    private let seen = Seen()
    private let entry: WaitQueueEntry
    private var head: WaitQueueHead?

    /// Hooks the entry by a poll. What is ready then is as good as a wake: that is how epoll begins, too.
    init(_ file: EventFDFile) {
        entry = WaitQueueEntry { [seen] _, events, _ in
            seen.events.bitwiseOr(events.rawValue, ordering: .relaxed)
            return .notWoken
        }
        var head: WaitQueueHead?
        let readiness = file.poll(
            PollTable { [entry] queue in
                queue.add(entry)
                head = queue
            }
        )
        self.head = head
        seen.events.bitwiseOr(readiness.rawValue, ordering: .relaxed)
    }

    deinit { head?.remove(entry) }

    /// The events since the last time.
    func take() -> UInt32 { seen.events.exchange(0, ordering: .relaxed) }
}
