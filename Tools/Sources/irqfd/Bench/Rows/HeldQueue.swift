// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Workqueue

/// A queue whose worker is kept from its work, so that what is enqueued stays pending.
final class HeldQueue {
    let queue: SingleThreadWorkqueue
    private let isHeld = Monitor(true)

    init(name: String) {
        queue = SingleThreadWorkqueue(name: name)
        let hasBegun = Monitor(false)
        queue.enqueue(
            Work { [isHeld] _ in
                hasBegun.update { $0 = true }
                isHeld.wait { $0 ? nil : () }
            }
        )
        hasBegun.wait { $0 ? () : nil }
    }

    /// Lets the worker go on. What is to be released must be released between this and `end`.
    func letGo() { isHeld.update { $0 = false } }

    func end() { queue.shutdown() }
}
