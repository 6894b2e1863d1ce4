// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// An eventfd that several threads use and close. It is dropped, and so closed, when the last of them lets go.
final class OpenFile: Sendable {
    let file: EventFDFile
    let line: SharedLine
    /// Its descriptor was lent once.
    let hasLent = Fact()
    #if os(Linux)
        /// The other side, if the file stands on a descriptor.
        let peer: Peer?
    #endif

    /// Opens one that may be assigned to so many sets.
    init(_ random: inout SplitMix64, sets: Int) throws(EventFDError) {
        file = EventFDFile(initialValue: UInt32.random(in: 0...1, using: &random), flags: Bool.random(using: &random) ? .semaphore : [])
        line = try SharedLine(file, sets: sets)
        #if os(Linux)
            peer = nil
        #endif
    }

    /// Opens one with a counter of its own that nobody assigns.
    init(initialValue: UInt32, flags: EventFDFlags) throws(EventFDError) {
        file = EventFDFile(initialValue: initialValue, flags: flags)
        line = try SharedLine(file, sets: 0)
        #if os(Linux)
            peer = nil
        #endif
    }

    #if os(Linux)
        /// Opens one on this descriptor, of which the peer has a duplicate.
        init(on descriptor: consuming EventFDDescriptor, sets: Int, _ tally: Tally) throws(EventFDError) {
            let other = try descriptor.duplicate()
            file = try EventFDFile(descriptor: descriptor)
            line = try SharedLine(file, sets: sets, late: 2)
            peer = Peer(other, line.event, tally)
            tally.descriptorFiles.add()
        }
    #endif
}
