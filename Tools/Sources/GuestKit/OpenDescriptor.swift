// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// An open descriptor that is closed with the last reference to this.
package final class OpenDescriptor: Sendable {
    package let number: Int32

    /// Takes the descriptor over.
    package init(adopting number: Int32) {
        self.number = number
    }

    deinit { close(number) }
}
