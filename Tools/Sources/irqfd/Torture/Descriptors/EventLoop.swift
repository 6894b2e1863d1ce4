// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CLinux

    /// An epoll set, as a program has that waits for descriptors and knows nothing of files. Closed with the last reference.
    final class EventLoop: Sendable {
        private let set: Int32

        /// Nil: there can be none.
        init?() {
            set = cepoll_create()
            if set < 0 { return nil }
        }

        deinit { SystemCall.close(set) }

        /// Waits for this descriptor as well, until it is closed. False: that is refused.
        func add(_ number: Int32, key: UInt64) -> Bool { cepoll_add(set, number, key) == 0 }

        /// The key of something readable; nil: there was nothing for so long.
        func next(milliseconds: Int32) -> UInt64? {
            var key: UInt64 = 0
            return unsafe cepoll_wait(set, milliseconds, &key) == 1 ? key : nil
        }
    }
#endif
