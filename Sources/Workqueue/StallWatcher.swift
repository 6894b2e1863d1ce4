// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// The thread that looks whether a run lasts too long, for all queues that are watched.
///
/// It sleeps until the next run can have lasted too long, and for ever while nothing runs: the next run wakes it.
///
/// The corresponding kernel function is `wq_watchdog_timer_fn`.
final class StallWatcher: Sendable {
    let parker = Parker()

    /// The thread keeps this object until it ends.
    func start() {
        KernelThread(name: "stall-watcher") { [self] in work() }.detach()
    }

    private func work() {
        while let deadline = lookAtAll() {
            _ = parker.park("a work that runs for too long", until: deadline, pauses: 0)
        }
    }

    /// Returns when to look next. Nil: no queue is watched any more.
    private func lookAtAll() -> Deadline? {
        var deadline = Deadline.never
        StallReports.shared.beginRound()
        while true {
            switch StallReports.shared.next() {
            case .look: deadline = min(deadline, look())
            case .sleep: return deadline
            case .end: return nil
            }
            StallReports.shared.finishLook()
        }
    }

    /// By itself, so that no reference is left in this frame when the look is finished.
    @inline(never)
    private func look() -> Deadline { StallReports.shared.watchToLookAt?.look() ?? .never }
}
