// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What becomes of a device's process in a round. Until then it storms.
enum Fate: CaseIterable, Sendable {
    /// It lives on, and gets another eventfd if need be.
    case livesOn
    /// It is killed while its irqfd is assigned: all that it has signalled must be answered, to the last.
    case killedWhileAssigned
    /// It is killed while its irqfd ends.
    case killedDuringEnd
    /// It is killed when its irqfd has ended.
    case killedAfterEnd
}
