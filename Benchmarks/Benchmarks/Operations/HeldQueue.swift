// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Workqueue

/// A work queue whose worker sleeps in a work for as long as the process lives: what is enqueued stays pending.
final class HeldQueue {
    let queue = SingleThreadWorkqueue(name: "held")

    init() throws {
        let entered = EventFDFile()
        let never = EventFDFile()
        queue.enqueue(
            Work { _ in
                try! entered.write(1)
                _ = try! never.read()
            }
        )
        _ = try entered.read()
    }
}
