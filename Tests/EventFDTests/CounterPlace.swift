// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import WaitQueue

/// Where the counter of a file is.
enum CounterPlace: CaseIterable {
    case own
    #if os(Linux)
        case kernel
    #endif

    func file(holding count: UInt64 = 0, flags: EventFDFlags = []) throws -> EventFDFile {
        #if os(Linux)
            let file = try self == .own ? EventFDFile(flags: flags) : EventFDFile(descriptor: EventFDDescriptor(flags: flags))
        #else
            let file = EventFDFile(flags: flags)
        #endif
        if count > 0 { try file.tryWrite(count) }
        return file
    }
}

extension EventFDFile {
    /// Returns when a task or thread is on the wait queue.
    func waitUntilQueued() async throws {
        let head = try queue
        await waitUntil("somebody is queued") { head.hasWaiters }
    }
}
