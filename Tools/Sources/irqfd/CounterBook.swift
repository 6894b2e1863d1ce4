// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Numbers the signals of other processes by what the kernel's counter shows now and then.
///
/// As long as an irqfd is assigned nobody reads the counter: it only grows, and is exact. At the irqfd's end it is drained, at a moment that
/// cannot be seen: with it go signals that nobody has looked at, which have no number then. An *epoch* goes from one end to the next. Inside
/// an epoch the numbers are exact: that one was drained unseen, before, moves all that come after it.
struct CounterBook: Sendable {
    /// How many signals were seen in the epochs before.
    private var before: UInt64 = 0
    /// The counter, as it was seen last in this epoch.
    private(set) var count: UInt64 = 0
    /// How often it was seen in this epoch that the counter had gone back.
    private(set) var drains: UInt64 = 0

    /// The number of the last signal seen.
    var signals: UInt64 { before + count }

    /// The counter shows this now.
    mutating func observe(_ count: UInt64) {
        if count < self.count {
            before += self.count
            drains += 1
        }
        self.count = count
    }

    /// The drain that ends the epoch has been: what the counter shows from now on is new.
    mutating func closeEpoch() {
        before += count
        count = 0
        drains = 0
    }
}
