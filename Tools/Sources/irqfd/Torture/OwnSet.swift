// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A set that one thread alone uses, with the irqfds that are active in it.
final class OwnSet {
    let machine: MachineBook
    /// The books of the active irqfds, by the place of their file.
    var active: [Int: AssignmentBook] = [:]
    var isReleased = false
    /// The one reference to the set, until it is taken out to be dropped.
    private var held: LiveSet?

    init(_ live: LiveSet) {
        held = live
        machine = live.machine
    }

    var live: LiveSet { held! }

    func take() -> Parcel<LiveSet> {
        defer { held = nil }
        return Parcel(live)
    }
}
