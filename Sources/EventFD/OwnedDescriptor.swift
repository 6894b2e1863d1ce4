// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import KernelPrimitives

/// An open descriptor that nobody else closes. It is closed when this value goes, and so cannot become a stranger's before.
struct OwnedDescriptor: ~Copyable, Sendable {
    private(set) var number: Int32

    /// Takes over what a system call gave back; throws its error, if that is what it gave.
    init(_ result: Int32) throws(EventFDError) {
        if result < 0 { throw EventFDError(systemError: kp_errno()) }
        self.init(adopting: result)
    }

    init(adopting number: Int32) {
        self.number = number
        EventFDDiagnostics.descriptors.add(1)
    }

    /// None yet.
    init() { number = -1 }

    var isOpen: Bool { number >= 0 }

    deinit {
        if number < 0 { return }
        closeDescriptor(number)
        EventFDDiagnostics.descriptors.subtract(1)
    }

    /// Leaves it to the caller to close.
    consuming func relinquish() -> Int32 {
        let relinquished = number
        number = -1
        EventFDDiagnostics.descriptors.subtract(1)
        return relinquished
    }
}

private func closeDescriptor(_ number: Int32) {
    // Not again when it is interrupted: the number is free already, and may be somebody else's.
    _ = close(number)
}
