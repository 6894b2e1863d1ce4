// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    internal import KernelPrimitives

    /// Finds the context to which an event belongs, if it has not ended meanwhile.
    ///
    /// An event names its context by a number that is never given twice: one that comes late, when the context has ended and its
    /// descriptor's number is somebody else's, finds nothing.
    final class DescriptorTable: @unchecked Sendable {
        // @unchecked: the variable is guarded by `mutex`.

        private let mutex = AdaptiveMutex(.descriptors)
        /// No references: a context leaves the table before its memory goes.
        private var contexts: [UInt64: EventFDContext] = [:]

        init() {}

        func insert(_ context: EventFDContext) { mutex.withLock { contexts[context.id.serial] = context } }

        /// From here on its events find nothing.
        func remove(_ context: EventFDContext) { mutex.withLock { _ = contexts.removeValue(forKey: context.id.serial) } }

        /// The context with a reference, which the caller puts; nil: it has ended, or is about to.
        func reference(to serial: UInt64) -> EventFDContext? {
            mutex.withLock {
                guard let context = contexts[serial], context.getUnlessEnded() else { return nil }
                return context
            }
        }
    }
#endif
