// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
public import WaitQueue

/// What an eventfd was at one moment: for people who look for what hangs, and for tests.
///
/// It is a copy, and keeps nothing alive. ``EventFDFile/snapshot()`` takes one. Import WaitQueue beside this module for who waits.
///
/// The corresponding kernel text is that of `/proc/PID/fdinfo`.
public struct EventFDSnapshot: Sendable, Hashable, CustomStringConvertible {
    /// Which eventfd.
    public let id: EventFDContextID

    /// Whether the file is open.
    public let isOpen: Bool

    /// The counter; of a closed file 0. Nil: it is in the kernel, and cannot be seen without `/proc`.
    public let count: UInt64?

    /// Whether a read takes one. Not known, and false, of a file that stands on a descriptor.
    public let isSemaphore: Bool

    /// Whether operations throw instead of sleeping.
    public let isNonBlocking: Bool

    /// The descriptor on which the file stands. Nil: the counter is the file's own.
    public let descriptor: Int32?

    /// How many irqfds are hooked, in whatever set.
    public let irqfds: Int

    /// Who is queued, in the order in which a wake calls them: sleeping readers and writers, entries, irqfds.
    public let waiters: [WaitQueueSnapshot.Waiter]

    /// How many times ``EventFDContextReference/signal(_:)`` was called.
    public let signals: UInt64

    /// How many events found the injection of an irqfd pending, which stands for them too.
    public let coalesced: UInt64

    /// How many threads and tasks sleep in a read, a write or a wait.
    public var sleepers: Int {
        var count = 0
        for waiter in waiters where waiter.kind == .thread || waiter.kind == .task { count += 1 }
        return count
    }

    /// A line for the eventfd, and one for each who is queued.
    public var description: String {
        var text = listed(parts + [counted(signals, "signal"), "\(coalesced) coalesced"])
        for waiter in waiters { text += "\n  " + waiter.description }
        return text
    }

    /// What it is, in a few words.
    var parts: [String] {
        var parts = [id.description, isOpen ? "open" : "closed"]
        if let descriptor { parts.append("descriptor \(descriptor)") }
        if isOpen { parts.append(count.map { "count \($0)" } ?? "count unknown") }
        if isSemaphore { parts.append("semaphore") }
        if isNonBlocking { parts.append("nonblocking") }
        var entries = 0
        for waiter in waiters where waiter.kind == .entry { entries += 1 }
        if entries > 0 { parts.append(entries == 1 ? "1 entry" : "\(entries) entries") }
        if sleepers > 0 { parts.append(counted(sleepers, "waiter")) }
        if irqfds > 0 { parts.append(counted(irqfds, "irqfd")) }
        return parts
    }
}
