// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import WaitQueue
import Workqueue

/// What the library's Diagnostics say at one moment.
struct Census: Sendable {
    /// Objects alive, by kind.
    private(set) var alive: [(kind: String, count: Int)]
    /// Signals sent since the program began.
    private(set) var signals: UInt64
    /// Interrupts injected since the program began.
    private(set) var injections: UInt64

    static func now() -> Census {
        let (heads, files) = (WaitQueueDiagnostics.current, EventFDDiagnostics.current)
        let (queues, irqfds) = (WorkqueueDiagnostics.current, KVMIrqfdDiagnostics.current)
        return Census(
            alive: [
                ("wait queues", Int(heads.headsAlive)), ("wait queue entries", Int(heads.entriesAlive)),
                ("eventfd files", Int(files.filesAlive)), ("eventfd contexts", Int(files.contextsAlive)),
                ("descriptors of the library's", Int(files.descriptorsOpen)), ("workqueues", Int(queues.queuesAlive)),
                ("works", Int(queues.worksAlive)),
                ("irqfd sets", Int(irqfds.setsAlive)), ("irqfds", Int(irqfds.irqfdsAlive)),
            ],
            signals: UInt64(files.signals),
            injections: UInt64(irqfds.injections)
        )
    }

    /// What is alive now and was not then, with the numbers.
    func excess(over then: Census) -> [(kind: String, count: Int)] {
        zip(alive, then.alive).compactMap { now, then in
            now.count > then.count ? (now.kind, now.count - then.count) : nil
        }
    }

    /// Looks again for a while, since a worker may let go of its last work a moment after everybody was told that it is done. What is left.
    static func awaitReturn(to then: Census) -> [(kind: String, count: Int)] {
        let pause = Monitor(())
        let start = ContinuousClock.now
        while true {
            let excess = now().excess(over: then)
            let time = ContinuousClock.now - start
            if excess.isEmpty || time > .seconds(5) { return excess }
            let _: Bool? = pause.wait(atMost: time < .milliseconds(10) ? .microseconds(50) : .milliseconds(10)) { _ in nil }
        }
    }
}
