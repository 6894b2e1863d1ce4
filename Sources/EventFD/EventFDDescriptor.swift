// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    internal import CKernelPrimitives
    internal import KernelPrimitives

    /// A descriptor of an eventfd of the kernel's, and who closes it: this value, when it goes.
    ///
    /// It cannot be copied, so there is always one owner. Give it to ``EventFDFile/init(descriptor:)``, which takes it over; send its
    /// ``number`` to another process, which gets a descriptor of its own; or ``relinquish()`` it to somebody who closes it.
    ///
    /// Linux only: other systems have no eventfds.
    ///
    /// The corresponding kernel value is the `fd` that `eventfd2` returns.
    public struct EventFDDescriptor: ~Copyable, Sendable {
        private var owned: OwnedDescriptor

        /// Makes a new eventfd of the kernel's, closed on exec.
        ///
        /// The corresponding kernel function is `eventfd2`.
        ///
        /// - Important: Context: a system call; does not sleep.
        /// - Parameters:
        ///   - initialValue: The counter to begin with.
        ///   - flags: Unknown flags are misuse. Here ``EventFDFlags/nonBlocking`` is a property of what all descriptors share, in all processes.
        /// - Throws: ``EventFDError/tooManyOpenFiles``, ``EventFDError/tooManyOpenFilesInSystem``, ``EventFDError/noMemory``.
        public init(initialValue: UInt32 = 0, flags: EventFDFlags = []) throws(EventFDError) {
            flags.refuseUnknown("EventFDDescriptor")
            owned = try OwnedDescriptor(eventfd(initialValue, Int32(EFD_CLOEXEC) | flags.rawValue))
        }

        /// Takes over a descriptor that the caller has, and would otherwise close.
        ///
        /// - Important: Context: system calls; does not sleep. Looks into `/proc`.
        /// - Throws: ``EventFDError/badFileDescriptor`` when it is not open; ``EventFDError/invalidArgument`` when it is no eventfd, or cannot be
        ///   shown to be one because there is no `/proc`. The caller keeps the descriptor then.
        public init(adopting number: Int32) throws(EventFDError) {
            try EventFDDescriptor.requireEventFD(number)
            owned = OwnedDescriptor(adopting: number)
        }

        /// Makes one more descriptor of the same eventfd, closed on exec; the caller keeps the one it has.
        ///
        /// The corresponding kernel function is `dup`.
        ///
        /// - Important: Context: system calls; does not sleep. Looks into `/proc`.
        /// - Throws: As ``init(adopting:)``, and ``EventFDError/tooManyOpenFiles``.
        public init(duplicating number: Int32) throws(EventFDError) {
            try EventFDDescriptor.requireEventFD(number)
            owned = try OwnedDescriptor(kp_duplicate(number))
        }

        private init(_ owned: consuming OwnedDescriptor) { self.owned = owned }

        /// The descriptor, for system calls. Good for as long as this value lives; never close it.
        public var number: Int32 { owned.number }

        /// The descriptor in a few words, as `EventFDDescriptor(descriptor 5, nonblocking)`.
        ///
        /// - Important: Context: a system call; does not sleep. May be called anywhere.
        public var debugDescription: String {
            "EventFDDescriptor(descriptor \(number)" + (isNonBlocking ? ", nonblocking)" : ")")
        }

        /// Makes one more descriptor of the same eventfd, closed on exec.
        ///
        /// The corresponding kernel function is `dup`.
        ///
        /// - Important: Context: a system call; does not sleep.
        /// - Throws: ``EventFDError/tooManyOpenFiles``.
        public func duplicate() throws(EventFDError) -> EventFDDescriptor {
            EventFDDescriptor(try OwnedDescriptor(kp_duplicate(owned.number)))
        }

        /// Gives the descriptor up to the caller, who closes it.
        public consuming func relinquish() -> Int32 { owned.relinquish() }

        /// A property of what all descriptors of it share.
        var isNonBlocking: Bool { kp_file_flags(owned.number) & O_NONBLOCK != 0 }

        /// The corresponding kernel function is `eventfd_fget`.
        private static func requireEventFD(_ number: Int32) throws(EventFDError) {
            if kp_file_flags(number) < 0 { throw .badFileDescriptor }
            if !isEventFD(number) { throw .invalidArgument }
        }

        /// What the kernel calls a file without a name says of which kind it is.
        private static func isEventFD(_ number: Int32) -> Bool {
            let expected: StaticString = "anon_inode:[eventfd]"
            return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
                let length = unsafe "/proc/self/fd/\(number)".withCString { unsafe readlink($0, target.baseAddress!, target.count) }
                return unsafe length == expected.utf8CodeUnitCount && memcmp(target.baseAddress!, expected.utf8Start, length) == 0
            }
        }
    }
#endif
