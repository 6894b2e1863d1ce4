// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// How an eventfd behaves, with the values of eventfd(2) on Linux.
public struct EventFDFlags: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: Int32

    /// Makes flags from their bits.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// A read takes one and returns one. A property of the context: it cannot be changed. The corresponding kernel constant is `EFD_SEMAPHORE`.
    public static let semaphore = EventFDFlags(rawValue: 1)

    /// Operations that would sleep throw instead. A property of the file: it can be changed. The corresponding kernel constant is `EFD_NONBLOCK`.
    public static let nonBlocking = EventFDFlags(rawValue: 0x800)

    private static let known: EventFDFlags = [.semaphore, .nonBlocking]

    /// The kernel would say `EINVAL`; here it is a mistake in the program.
    @inline(__always)
    func refuseUnknown(_ caller: StaticString) {
        if !EventFDFlags.known.isSuperset(of: self) { reportUnknown(caller) }
    }

    @inline(never)
    private func reportUnknown(_ caller: StaticString) -> Never {
        misuse("\(caller): unknown flags 0x\(String(subtracting(.known).rawValue, radix: 16)); use .semaphore and .nonBlocking")
    }

    // The kernel's spelling leads to ours.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "semaphore")
    public static var EFD_SEMAPHORE: EventFDFlags { .semaphore }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    @available(*, unavailable, renamed: "nonBlocking")
    public static var EFD_NONBLOCK: EventFDFlags { .nonBlocking }
}
