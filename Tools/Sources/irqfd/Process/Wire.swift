// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    /// An eventfd of the kernel's, with a descriptor for each who has to do with it: the processes that signal it, the line's book that counts,
    /// and the file that is assigned.
    final class Wire: Sendable {
        /// Of which a process gets a descriptor of its own.
        let descriptor: EventFDDescriptor
        /// Only looked at. It outlives the file that is assigned, and so sees what is signalled after its end.
        let counter: EventFDFile

        init() throws(EventFDError) {
            descriptor = try EventFDDescriptor()
            counter = try EventFDFile(descriptor: try descriptor.duplicate())
        }

        /// A file to be assigned.
        func makeFile() throws(EventFDError) -> EventFDFile {
            try EventFDFile(descriptor: try descriptor.duplicate())
        }
    }
#endif
