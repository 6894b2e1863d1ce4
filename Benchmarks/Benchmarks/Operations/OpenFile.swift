// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// A file and a reference to its context, which cannot be copied, for a closure that goes on after its maker.
final class OpenFile: Sendable {
    let file = EventFDFile()
    let reference: EventFDContextReference

    init() throws { reference = try file.makeContextReference() }
}
