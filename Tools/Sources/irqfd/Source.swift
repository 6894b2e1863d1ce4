// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where the signals of a run come from.
enum Source: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// Threads of this process, through context references.
    case threads
    /// Other processes, which have nothing but descriptors of the eventfds.
    case descriptors
}
