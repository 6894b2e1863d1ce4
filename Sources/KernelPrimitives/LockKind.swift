// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The classes of locks, outermost first: the order in which one thread may take them.
@usableFromInline
package enum LockKind: UInt8, Sendable {
    case waitQueue
    case irqfds
    case cleanupRegistry
    case stallReports
    case workItem
    case workqueue
    case batch
    case descriptors
    case registry

    package var name: String {
        switch self {
        case .waitQueue: "wait queue"
        case .irqfds: "irqfds"
        case .cleanupRegistry: "cleanup queue registry"
        case .stallReports: "list of stall reports"
        case .workItem: "work"
        case .workqueue: "workqueue"
        case .batch: "workqueue's batch"
        case .descriptors: "table of descriptors"
        case .registry: "object registry"
        }
    }

    #if ScheduleExploration
        var operation: VisibleOperation {
            switch self {
            case .workItem, .workqueue, .batch, .registry: .innerLock
            case .waitQueue, .irqfds, .cleanupRegistry, .stallReports, .descriptors: .lock
            }
        }
    #endif

    var recursionSentence: String {
        switch self {
        case .waitQueue:
            "the lock of this wait queue is already held by this thread; inside a wake function and inside withLock, "
                + "touch the head only through the Locked view"
        default: "the \(name) lock is already held by this thread"
        }
    }
}
