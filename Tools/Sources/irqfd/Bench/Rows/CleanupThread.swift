// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import KVMIrqfd

    /// Keeps the thread that ends irqfds on the second processor for a whole run: the first assign of a process starts it, whichever
    /// row that would be in, and it ends with the last set.
    final class CleanupThread {
        private let set = IrqfdSet(controller: SilentController())
        private let file = EventFDFile()

        init() throws { try Apart.starting { try set.assign(file, gsi: 5) } }

        deinit { set.release() }
    }
#endif
