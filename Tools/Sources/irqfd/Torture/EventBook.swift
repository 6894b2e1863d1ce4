// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The book of one eventfd: how many signals were sent, and who has closed it.
///
/// A signal here is whatever wakes the irqfds: a write as well. Signals are numbered as they begin, so an injection that starts after one of
/// them finds its number begun; and they are counted as they end, so what has not ended may still ask for an injection.
final class EventBook: Sendable {
    private let signalsBegun = Atomic<UInt64>(0)
    private let signalsOver = Atomic<UInt64>(0)
    private let closesBegun = Atomic<UInt32>(0)
    private let closed = Fact()
    private let dropped = Fact()
    /// How many wakes at most may still come for signals that are over: none of a counter that is our own. Of a kernel's eventfd the poller
    /// may have one in its hands, and the kernel the next one ready.
    let late: UInt64

    init(late: UInt64 = 0) {
        self.late = late
    }

    /// Numbers a signal; to be called before it is sent.
    func beginSignal() -> UInt64 { signalsBegun.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }

    /// The signal is sent, or was refused.
    func endSignal() { signalsOver.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    var begun: UInt64 { signalsBegun.load(ordering: .sequentiallyConsistent) }

    var over: UInt64 { signalsOver.load(ordering: .sequentiallyConsistent) }

    // MARK: Its end

    /// To be called before a close.
    func beginClose() { closesBegun.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// A close has succeeded. False: another one had before, which cannot be.
    func endClose() -> Bool { closed.establish() }

    /// To be called before a reference to the file is dropped that may be the last. True: nobody has before.
    @discardableResult
    func beginDrop() -> Bool { dropped.establish() }

    /// Whether somebody has begun to end it.
    var isEnding: Bool { closesBegun.load(ordering: .sequentiallyConsistent) > 0 || dropped.isSo }

    /// Whether two have begun to close it, so that one of them must fail.
    var isClosedTwice: Bool { closesBegun.load(ordering: .sequentiallyConsistent) > 1 }

    /// Whether a close of it has returned.
    var isClosed: Bool { closed.isSo }
}
