// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Events that a wake carries and a poll reports, with the values of poll(2).
///
/// The corresponding kernel type is `__poll_t`.
public struct PollEvents: OptionSet, Hashable, Sendable {
    /// The bits, as poll(2) has them.
    public let rawValue: UInt32

    /// Makes a set of events from the bits of poll(2).
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There is something to read. The corresponding kernel constant is `POLLIN`.
    @inlinable public static var input: PollEvents { PollEvents(rawValue: 0x0001) }

    /// There is something urgent to read. The corresponding kernel constant is `POLLPRI`.
    @inlinable public static var priority: PollEvents { PollEvents(rawValue: 0x0002) }

    /// There is room to write. The corresponding kernel constant is `POLLOUT`.
    @inlinable public static var output: PollEvents { PollEvents(rawValue: 0x0004) }

    /// An error occurred. The corresponding kernel constant is `POLLERR`.
    @inlinable public static var error: PollEvents { PollEvents(rawValue: 0x0008) }

    /// The other side is gone. The corresponding kernel constant is `POLLHUP`.
    @inlinable public static var hangup: PollEvents { PollEvents(rawValue: 0x0010) }

    /// What was polled is not open. Only a poll reports it. The corresponding kernel constant is `POLLNVAL`.
    @inlinable public static var invalid: PollEvents { PollEvents(rawValue: 0x0020) }

    /// The queue itself is about to go away. The corresponding kernel constant is `POLLFREE`.
    @inlinable public static var free: PollEvents { PollEvents(rawValue: 0x4000) }

    /// Every event that a wake may carry: all but ``invalid``, which only a poll reports.
    @inlinable public static var all: PollEvents { PollEvents(rawValue: ~0x0020) }

    // The kernel's spelling leads to ours.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "input")
    public static var POLLIN: PollEvents { .input }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "priority")
    public static var POLLPRI: PollEvents { .priority }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "output")
    public static var POLLOUT: PollEvents { .output }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "error")
    public static var POLLERR: PollEvents { .error }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "hangup")
    public static var POLLHUP: PollEvents { .hangup }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "invalid")
    public static var POLLNVAL: PollEvents { .invalid }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "free")
    public static var POLLFREE: PollEvents { .free }
}
