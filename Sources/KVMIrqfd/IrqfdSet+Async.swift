// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    public import EventFD
    internal import Workqueue

    extension IrqfdSet {
        /// Takes an eventfd from an interrupt: when this returns, no event of it interrupts any more.
        ///
        /// When it throws `interrupted`, the eventfd has been taken from the interrupt all the same, and may be assigned again; an interrupt may still be
        /// on its way. Calling it again waits for that.
        ///
        /// The corresponding kernel function is `kvm_irqfd`, with `KVM_IRQFD_FLAG_DEASSIGN`.
        ///
        /// - Important: Context: suspends; blocks no thread. A task that the controller waits for must not await this.
        /// - Returns: Whether this eventfd was assigned to this interrupt.
        /// - Throws: ``IrqfdError/interrupted`` as soon as the task is cancelled, at once, if it is already; otherwise as the blocking form.
        @discardableResult
        public nonisolated(nonsending) func deassign(_ file: EventFDFile, gsi: GSI) async throws(IrqfdError) -> Bool {
            let hasMatched = try deactivate(file, gsi)
            try await core.flushCleanupQueue(until: nil)
            return hasMatched
        }

        /// Takes an eventfd from an interrupt: when this returns, no event of it interrupts any more. It waits until the deadline has passed, at most.
        ///
        /// When it throws `interrupted` or `timedOut`, the eventfd has been taken from the interrupt all the same, and may be assigned again; an
        /// interrupt may still be on its way. Calling it again waits for that.
        ///
        /// The corresponding kernel function is `kvm_irqfd`, with `KVM_IRQFD_FLAG_DEASSIGN`. It has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile. A task that the controller waits for must not await this.
        /// - Parameters:
        ///   - file: The eventfd.
        ///   - gsi: The interrupt.
        ///   - deadline: When to stop waiting. One that has passed is an error only if there is something to wait for.
        ///   - clock: Whose time the deadline is.
        /// - Returns: Whether this eventfd was assigned to this interrupt.
        /// - Throws: ``IrqfdError/timedOut`` when the deadline has passed; ``IrqfdError/interrupted`` when the task is cancelled; otherwise as the
        ///   blocking form.
        @discardableResult
        public nonisolated(nonsending) func deassign<C: Clock>(
            _ file: EventFDFile,
            gsi: GSI,
            until deadline: C.Instant,
            clock: C = .continuous
        ) async throws(IrqfdError) -> Bool {
            let hasMatched = try deactivate(file, gsi)
            try await core.flushCleanupQueue(until: TaskDeadline(deadline, clock))
            return hasMatched
        }

        /// Ends the machine's side: when this returns, the controller is not being called and will not be, and nothing of the set is left.
        ///
        /// When it throws, the set is released all the same: its irqfds are being shut down, and later calls of ``assign(_:gsi:)`` throw
        /// ``IrqfdError/released``. But an interrupt may still be on its way, and the controller is kept: call it again, and that gives the guarantee. A
        /// set that is dropped instead lets everything go when its last irqfd has been shut down.
        ///
        /// The corresponding kernel function is `kvm_irqfd_release`.
        ///
        /// - Important: Context: suspends; blocks no thread. A task that the controller waits for must not await this.
        /// - Throws: ``IrqfdError/interrupted`` as soon as the task is cancelled; at once, if it is already.
        public nonisolated(nonsending) func release() async throws(IrqfdError) { try await core.release(until: nil) }

        /// Ends the machine's side: when this returns, the controller is not being called and will not be, and nothing of the set is left. It waits until
        /// the deadline has passed, at most.
        ///
        /// When it throws, the set is released all the same: its irqfds are being shut down, and later calls of ``assign(_:gsi:)`` throw
        /// ``IrqfdError/released``. But an interrupt may still be on its way, and the controller is kept: call it again, and that gives the guarantee. A
        /// set that is dropped instead lets everything go when its last irqfd has been shut down.
        ///
        /// The corresponding kernel function is `kvm_irqfd_release`, which has no time limit.
        ///
        /// - Important: Context: suspends; blocks no thread. A task sleeps on the clock meanwhile. A task that the controller waits for must not await this.
        /// - Parameters:
        ///   - deadline: When to stop waiting. One that has passed is an error only if there is something to wait for.
        ///   - clock: Whose time the deadline is.
        /// - Throws: ``IrqfdError/timedOut`` when the deadline has passed; ``IrqfdError/interrupted`` when the task is cancelled.
        public nonisolated(nonsending) func release<C: Clock>(until deadline: C.Instant, clock: C = .continuous) async throws(IrqfdError) {
            try await core.release(until: TaskDeadline(deadline, clock))
        }
    }
#endif
