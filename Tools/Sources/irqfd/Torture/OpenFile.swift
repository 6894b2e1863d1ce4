// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// An eventfd that several threads use and close. It is dropped, and so closed, when the last of them lets go.
final class OpenFile: Sendable {
    let file: EventFDFile
    let line: SharedLine

    /// Opens one that may be assigned to so many sets.
    init(_ random: inout SplitMix64, sets: Int) throws(EventFDError) {
        file = EventFDFile(initialValue: UInt32.random(in: 0...1, using: &random), flags: Bool.random(using: &random) ? .semaphore : [])
        line = try SharedLine(file, sets: sets)
    }
}
