// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

/// The largest count that writes can make.
let full = UInt64.max - 1

/// What a read or a write came to. A write that succeeded counts as zero.
typealias Outcome = Result<UInt64, EventFDError>

func outcome(_ body: () throws(EventFDError) -> UInt64) -> Outcome {
    do { return .success(try body()) } catch { return .failure(error) }
}

func outcome(_ body: () async throws(EventFDError) -> UInt64) async -> Outcome {
    do { return .success(try await body()) } catch { return .failure(error) }
}

extension EventFDFile {
    /// A file with this count: `.max` by a signal, what is less by a write.
    static func holding(_ count: UInt64, flags: EventFDFlags = []) throws -> EventFDFile {
        let file = EventFDFile(flags: flags)
        if count > full { try file.makeContextReference().signal(.max) } else { try file.write(count) }
        return file
    }

    /// The queue of the file, as a poll table is given it. To be used while the context lives only.
    var queue: WaitQueueHead {
        get throws {
            var found: WaitQueueHead?
            _ = poll(PollTable { found = $0 })
            return try #require(found)
        }
    }

    /// A thread that sleeps in `read()`.
    func sleepingReader(_ name: String = "reader") -> TestThread<Outcome> {
        let thread = TestThread(name) { inStep("read") { outcome { () throws(EventFDError) in try self.read() } } }
        thread.waitUntilAsleep(in: "read")
        return thread
    }

    /// A thread that sleeps in `write(_:)`.
    func sleepingWriter(_ value: UInt64, _ name: String = "writer") -> TestThread<Outcome> {
        let thread = TestThread(name) {
            inStep("write") {
                outcome { () throws(EventFDError) in
                    try self.write(value)
                    return 0
                }
            }
        }
        thread.waitUntilAsleep(in: "write")
        return thread
    }
}

/// An entry that records the events it is called for, and leaves at the hang-up.
final class Listener: Sendable {
    let keys: Recorder<PollEvents>
    let entry: WaitQueueEntry

    init(
        mask: PollEvents = .all,
        returning result: WakeResult = .notWoken,
        leavesAtHangup: Bool = true,
        _ action: @escaping @Sendable (PollEvents) -> Void = { _ in }
    ) {
        let keys = Recorder<PollEvents>()
        self.keys = keys
        entry = WaitQueueEntry(mask: mask) { entry, events, locked in
            keys.append(events)
            if leavesAtHangup && events.contains(.hangup) { locked.remove(entry) }
            action(events)
            return result
        }
    }

    @discardableResult
    func hook(on file: EventFDFile, exclusive: Bool = false) -> PollEvents {
        file.poll(PollTable { $0.add(self.entry, exclusive: exclusive) })
    }
}

/// A context reference that closures can share.
final class Signaller: Sendable {
    let reference: EventFDContextReference

    init(_ file: EventFDFile) throws(EventFDError) { reference = try file.makeContextReference() }

    @discardableResult
    func signal(_ n: UInt64 = 1) -> UInt64 { reference.signal(n) }
}

/// A place for the last reference to a file, to be emptied by any thread.
final class LastReference: Sendable {
    private let file: Guarded<EventFDFile?>

    init(_ file: EventFDFile) { self.file = Guarded(file) }

    var isEmpty: Bool { file.withLock { $0 == nil } }

    /// Lets go, outside the test's own lock.
    func drop() {
        _ = file.withLock { file in
            defer { file = nil }
            return file
        }
    }
}
