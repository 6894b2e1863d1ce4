// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Something that is so from a certain moment on. Established *before* a call that ends something begins, or *after* it has returned.
final class Fact: Sendable {
    private let value = Atomic(false)

    var isSo: Bool { value.load(ordering: .sequentiallyConsistent) }

    /// True: it was not so before.
    @discardableResult
    func establish() -> Bool { !value.exchange(true, ordering: .sequentiallyConsistent) }
}
