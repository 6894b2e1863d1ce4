// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// How an irqfd ends while its device signals.
enum Ending: String, CaseIterable, Sendable {
    /// The eventfd is closed, which hangs up.
    case close
    /// The last reference to the file is dropped, which closes it.
    case drop
    /// It is deassigned.
    case deassign
    /// Closed and deassigned by two threads at the same moment.
    case closeAgainstDeassign
    /// Its set is released.
    case release
    /// Closed while its set is released.
    case closeAgainstRelease
    /// Deassigned while its set is released.
    case deassignAgainstRelease

    /// Whether it comes to pass before the sets are released.
    var isBeforeRelease: Bool {
        switch self {
        case .close, .drop, .deassign, .closeAgainstDeassign: true
        case .release, .closeAgainstRelease, .deassignAgainstRelease: false
        }
    }

    /// Whether the file is gone afterwards.
    var closesFile: Bool {
        switch self {
        case .close, .drop, .closeAgainstDeassign, .closeAgainstRelease: true
        case .deassign, .release, .deassignAgainstRelease: false
        }
    }

    /// Whether a deassign may come to a file that is closed, or a set that is released.
    var isRace: Bool {
        switch self {
        case .closeAgainstDeassign, .closeAgainstRelease, .deassignAgainstRelease: true
        case .close, .drop, .deassign, .release: false
        }
    }
}
