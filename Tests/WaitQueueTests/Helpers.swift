// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import WaitQueue

/// The three kinds of entries, in the order in which a walk visits them.
enum Kind: CaseIterable {
    case priority, plain, exclusive
}

extension WaitQueueHead {
    func add(_ entry: WaitQueueEntry, as kind: Kind) {
        switch kind {
        case .priority: add(entry, priority: true)
        case .plain: add(entry)
        case .exclusive: add(entry, exclusive: true)
        }
    }
}

/// What a wake function may do besides telling that it was called.
typealias Action = @Sendable (WaitQueueEntry, inout WaitQueueHead.Locked) -> Void

/// An entry that writes its name into `log` when it is called.
func logging(
    _ name: String,
    _ log: Recorder<String>,
    mask: PollEvents = .all,
    returning result: WakeResult = .woken,
    _ action: @escaping Action = { _, _ in }
) -> WaitQueueEntry {
    WaitQueueEntry(mask: mask) { entry, _, locked in
        log.append(name)
        action(entry, &locked)
        return result
    }
}

extension WaitQueueHead {
    /// Who is visited, in order, when everybody is woken for `.input`.
    func visited(_ log: Recorder<String>) -> [String] {
        _ = log.take()
        wakeAll(.input)
        return log.take()
    }
}
