// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// What a hand gets to signal.
enum Outlet: Sendable {
    /// The context of this file.
    case context(of: EventFDFile)
    #if os(Linux)
        /// The kernel's counter, through a descriptor.
        case wire(Wire)
    #endif
}
