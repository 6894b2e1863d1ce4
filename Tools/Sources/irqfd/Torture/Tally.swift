// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How often everything was done, by all threads.
final class Tally: Sendable {
    /// A count that any thread may add to.
    final class Count: Sendable {
        private let value = Atomic<UInt64>(0)

        func add(_ amount: UInt64 = 1) { value.wrappingAdd(amount, ordering: .relaxed) }

        var now: UInt64 { value.load(ordering: .relaxed) }
    }

    /// Assigns that succeeded.
    let assigns = Count()
    /// Assigns and deassigns that were refused, or did not match, as they had to be.
    let refusals = Count()
    /// Operations on what is shared for which another thread was too fast: the file was closed, the set released, the irqfd gone.
    let races = Count()
    /// Deassigns that matched.
    let deassigns = Count()
    /// Closes that succeeded.
    let closes = Count()
    /// Calls of release.
    let releases = Count()
    /// Calls of signal.
    let signals = Count()
    /// Writes that succeeded.
    let writes = Count()
    /// Reads that succeeded.
    let reads = Count()
    /// Injections, as the controllers see them.
    let injections = Count()
    /// Files that have lent a descriptor.
    let pollables = Count()
    /// Files that were made on a descriptor of a kernel's eventfd.
    let descriptorFiles = Count()
    /// Writes of the other side of such a descriptor.
    let remoteWrites = Count()
    /// Descriptors that have nothing to do with the library, opened and looked at before they were closed.
    let strangers = Count()
    /// Files that were dropped without a close.
    let forgottenFiles = Count()
    /// Sets that were dropped without a release.
    let forgottenSets = Count()
    /// Context references that were dropped without a put.
    let forgottenReferences = Count()
}
