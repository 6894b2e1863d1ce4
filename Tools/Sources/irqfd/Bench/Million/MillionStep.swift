// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What is done with a million irqfds, in this order.
enum MillionStep: String, CaseIterable, Sendable {
    case buildSets = "build the sets"
    case buildEventfds = "build the eventfds"
    case assign
    case signal = "signal all"
    case inject = "wait for the injections"
    case release = "release the sets"
    case close = "close the eventfds"
}
