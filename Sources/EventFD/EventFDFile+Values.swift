// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    extension EventFDFile {
        /// What is read from this file, one value after the other: `for await count in file.values`.
        ///
        /// There is no corresponding kernel function: it is the loop around `eventfd_read`.
        ///
        /// - Important: Context: takes no lock; does not sleep. See ``Values``.
        /// - Complexity: O(1)
        public var values: Values { Values(file: self) }

        /// The values that reads of a file take, until the file is closed.
        ///
        /// Each value is one read: the whole counter, never zero, or 1 of a semaphore. Nothing is kept in between: as long as nobody asks for
        /// the next value, what is written and signalled adds up in the counter, and a writer waits when that is full. Several iterators
        /// share the counter as readers do: each value goes to one of them.
        ///
        /// It ends when the file is closed, and what is in the counter then is not read. It ends when the task is cancelled, also while
        /// there is something to read, which stays in the counter. Both are ends and no errors, and a read that waits fails for no other
        /// reason: so `Failure` is `Never`, and the loop needs no `try`. Ask `Task.isCancelled` which of the two it was.
        ///
        /// It waits whatever ``EventFDFile/isNonBlocking`` says: that is for calls that could tell their caller to come again.
        ///
        /// A sequence, and an iterator that has not come to its end, keep the file, and with it open.
        ///
        /// There is no corresponding kernel structure.
        public struct Values: AsyncSequence, Sendable {
            public typealias Element = UInt64
            public typealias Failure = Never

            let file: EventFDFile

            /// Makes one more reader of the file.
            ///
            /// There is no corresponding kernel function.
            ///
            /// - Important: Context: takes no lock; does not sleep.
            /// - Complexity: O(1)
            public func makeAsyncIterator() -> Iterator { Iterator(file: file) }

            /// One reader of the file.
            ///
            /// There is no corresponding kernel structure.
            public struct Iterator: AsyncIteratorProtocol {
                /// Nil: the end has come.
                private var file: EventFDFile?

                init(file: EventFDFile) { self.file = file }

                /// Takes the next value; suspends until there is one.
                ///
                /// The corresponding kernel function is `eventfd_read`.
                ///
                /// - Important: Context: suspends; blocks no thread.
                /// - Returns: What was taken; nil when the file is closed, or the task is cancelled, and from then on.
                public mutating nonisolated(nonsending) func next() async -> UInt64? {
                    guard let file else { return nil }
                    // A task that is cancelled takes nothing more: otherwise it would go on for as long as others write.
                    if !Task.isCancelled, let value = try? await file.nextValue() { return value }
                    self.file = nil
                    return nil
                }

                /// As ``next()``, on the actor of the caller.
                ///
                /// The corresponding kernel function is `eventfd_read`.
                ///
                /// - Important: Context: suspends; blocks no thread.
                public mutating func next(isolation actor: isolated (any Actor)?) async -> UInt64? { await next() }
            }
        }
    }
#endif
