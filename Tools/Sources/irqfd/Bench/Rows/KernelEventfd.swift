// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CLinux

    /// An eventfd of the kernel's, whose operations fail instead of sleeping.
    final class KernelEventfd: Sendable {
        let number: Int32

        init() throws {
            number = clinux_eventfd(0, false, true)
            if number < 0 { throw BenchError("an eventfd could not be opened: error \(-number)") }
        }

        deinit { _ = clinux_close(number) }

        /// Adds one to the counter, so often.
        @inline(never)
        func write(_ count: Int) {
            for _ in 0..<count { _ = clinux_write(number, 1) }
        }

        /// Adds one to the counter and takes it, so often.
        @inline(never)
        func writeAndRead(_ count: Int) {
            var value: UInt64 = 0
            for _ in 0..<count {
                _ = clinux_write(number, 1)
                _ = unsafe clinux_read(number, &value)
            }
        }
    }
#endif
