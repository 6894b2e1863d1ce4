// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if DEBUG && !hasFeature(Embedded)
    internal import CKernelPrimitives
    internal import Synchronization

    /// Debug builds: which worker waits for which other worker. A circle is reported when it closes, by name.
    ///
    /// The corresponding kernel facility is `lockdep`'s map of each workqueue.
    package final class WaitGraph: @unchecked Sendable {
        // @unchecked: `waits` is guarded by `guardian`.

        package static let shared = WaitGraph()

        private struct Wait {
            let waiter: UInt
            let waiterName: String
            let target: UInt
            let targetName: String
            /// The wait is over, and the waiter has not said so yet.
            let isOver: () -> Bool
        }

        private let guardian = GuardianLock()
        private var waits: [Wait] = []

        /// The worker of `waiter` begins to wait for the worker of `target`.
        ///
        /// `isOver` is asked for as long as the wait is listed: a circle with a wait in it that is over is none.
        package func begin(
            _ waiter: UInt,
            named waiterName: String,
            for target: UInt,
            named targetName: String,
            unless isOver: @escaping () -> Bool = { false }
        ) {
            let new = Wait(waiter: waiter, waiterName: waiterName, target: target, targetName: targetName, isOver: isOver)
            var circle: [Wait] = []
            guardian.withLock {
                waits.append(new)
                circle = findCircle(new)
            }
            if !circle.isEmpty {
                let way = circle.map { "the worker of \"\($0.waiterName)\" waits for \"\($0.targetName)\"" }.joined(separator: ", ")
                misuse("queues wait for each other: \(way); let one of them enqueue instead of waiting")
            }
        }

        package func end(_ waiter: UInt) {
            guardian.withLock { if let index = waits.lastIndex(where: { $0.waiter == waiter }) { waits.remove(at: index) } }
        }

        private func findCircle(_ new: Wait) -> [Wait] {
            var way = [new]
            while let next = waits.last(where: { $0.waiter == way[way.count - 1].target && !$0.isOver() }), !new.isOver() {
                way.append(next)
                if next.target == new.waiter { return way }
                if way.count > waits.count { break }
            }
            return []
        }
    }
#endif
