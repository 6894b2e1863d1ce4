// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import WaitQueue
import Workqueue

/// Where the last reference to a file or a set goes: the library must cope with each.
enum Departure: Sendable {
    /// In the thread that has used it.
    case here
    /// On the worker of a queue, perhaps of the one on which the set injects.
    case onWorker(of: SingleThreadWorkqueue)
    /// In a wake function, under a wait queue's lock.
    case inWakeFunction

    /// Drops what is in the parcel there; returns when that is done.
    func drop(_ parcel: Parcel<some AnyObject & Sendable>) {
        switch self {
        case .here:
            parcel.drop()
        case .onWorker(let queue):
            let work = Work { _ in parcel.drop() }
            queue.enqueue(work)
            work.flush()
        case .inWakeFunction:
            let head = WaitQueueHead()
            let entry = WaitQueueEntry { _, _, _ in
                parcel.drop()
                return .notWoken
            }
            head.add(entry)
            // What may not happen under the lock has been put off, and is done when this returns.
            head.wake()
            head.remove(entry)
        }
    }
}
