// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Workqueue

/// A work queue whose worker is asleep in a work until it is let go: what is enqueued meanwhile stays pending.
public final class HeldQueue {
    public let queue = SingleThreadWorkqueue(name: "held")
    private let gate = EventFDFile()
    private let holder: Work

    public init() throws {
        let gate = gate
        let entered = EventFDFile()
        holder = Work { _ in
            try! entered.write(1)
            _ = try! gate.read()
        }
        queue.enqueue(holder)
        _ = try entered.read()
    }

    public func letGo() throws {
        try gate.write(1)
        queue.flush()
    }
}
