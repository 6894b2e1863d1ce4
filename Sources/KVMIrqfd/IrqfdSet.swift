// swift-irqfd: SPDX-License-Identifier: Apache-2.0

public import EventFD
internal import KernelPrimitives
public import Workqueue

/// The irqfds of one virtual machine: eventfds whose signals become interrupts.
///
/// Either side may end at any moment, on any thread, while signals are coming: an eventfd by its last close, the machine
/// by ``release()-3r6dc``, one irqfd by ``deassign(_:gsi:)-125qj``. Nothing is used after its end, nothing leaks, no event is lost, and
/// nobody deadlocks. Import EventFD beside this module, and Workqueue for an injection queue of your own.
///
/// The corresponding kernel structure is the `irqfds` of a `struct kvm`.
public final class IrqfdSet: Sendable {
    let core: IrqfdSetCore

    /// Makes a set without irqfds.
    ///
    /// The corresponding kernel function is `kvm_irqfd_init`.
    ///
    /// - Parameters:
    ///   - controller: What takes the interrupts. Kept until the release, which therefore ends a cycle with a controller that owns its set.
    ///   - injectionQueue: Where the controller is called. The system queue is shared by all machines and everybody else: a controller that blocks
    ///     delays the others, and one that takes a lock of its own may deadlock with them; give such a machine a queue of its own. It cannot be shut
    ///     down before the set is released.
    public init(controller: any InterruptController, injectionQueue: SingleThreadWorkqueue = .system) {
        core = IrqfdSetCore(controller: controller, injectionQueue: injectionQueue)
    }

    deinit {
        // Never blocks: this may be a worker. The irqfds hold the core until they are shut down.
        if core.deactivateAll() {
            advise("IrqfdSet \(core.serial) was dropped without release(); its irqfds are shut down, but nobody has waited for that")
        }
        // With the core may go the controller: not under a wait queue's lock, should this be a wake function.
        if ExecutionContext.isAtomic { PutOff.call { [core] in _ = core } }
        Trace.dropReference(core)
    }

    /// Lets the events of an eventfd interrupt the machine.
    ///
    /// An event that is pending on the eventfd already interrupts once. The counter is not consumed: whoever reads or polls the
    /// eventfd sees the events as well. When the eventfd is closed, the irqfd ends by itself.
    ///
    /// The corresponding kernel function is `kvm_irqfd`.
    ///
    /// - Important: Context: takes the wait queue's lock and the set's, one after the other; may start the thread of the cleanup queue. Misuse inside a
    ///   wake function.
    /// - Throws: ``IrqfdError/badFileDescriptor`` when the file is closed; ``IrqfdError/released`` when the set is released;
    ///   ``IrqfdError/resourceBusy`` when the eventfd is assigned in this set, to whatever interrupt.
    /// - Complexity: O(1)
    public func assign(_ file: EventFDFile, gsi: GSI) throws(IrqfdError) {
        ExecutionContext.mightSleep("IrqfdSet.assign(_:gsi:)")
        // Held until the end: the file cannot be released, and so hang up, while the irqfd is half built.
        do throws(EventFDError) { try file.hold() } catch { throw .badFileDescriptor }
        defer { file.drop() }
        try core.assign(file.context, gsi: gsi)
    }

    /// Takes an eventfd from an interrupt: when this returns, no event of it interrupts any more.
    ///
    /// Matched or not, it waits for every irqfd that is being shut down, in whatever set; when it throws, it has waited for nothing. The same eventfd may be assigned again at once.
    ///
    /// The corresponding kernel function is `kvm_irqfd`, with `KVM_IRQFD_FLAG_DEASSIGN`.
    ///
    /// - Important: Context: blocks the calling thread until interrupts in progress are through. Misuse inside a wake function, on the cleanup queue's
    ///   worker and on the worker of any set's injection queue: those it waits for.
    /// - Returns: Whether this eventfd was assigned to this interrupt. (The kernel does not tell.)
    /// - Throws: ``IrqfdError/badFileDescriptor`` when the file is closed; ``IrqfdError/released`` when the set is released.
    @available(*, noasync, message: "blocks the thread; await the async deassign(_:gsi:) instead")
    @discardableResult
    public func deassign(_ file: EventFDFile, gsi: GSI) throws(IrqfdError) -> Bool {
        ExecutionContext.mightSleep("IrqfdSet.deassign(_:gsi:)")
        refuseOnWorkers("IrqfdSet.deassign(_:gsi:)")
        let hasMatched = try deactivate(file, gsi)
        core.flushCleanupQueue()
        return hasMatched
    }

    /// Ends the machine's side: when this returns, the controller is not being called and will not be, and nothing of the set is left.
    ///
    /// Every irqfd that is still assigned is shut down; eventfds stay open. Later calls of ``assign(_:gsi:)`` and
    /// ``deassign(_:gsi:)-125qj`` throw ``IrqfdError/released``. Calling this again, also at the same time, gives the same guarantee.
    ///
    /// The corresponding kernel function is `kvm_irqfd_release`.
    ///
    /// - Important: Context: blocks the calling thread until interrupts in progress are through, and until the irqfds of other sets that are being shut
    ///   down are. Misuse inside a wake function, on the cleanup queue's worker and on the worker of any set's injection queue.
    @available(*, noasync, message: "blocks the thread; await the async release() instead")
    public func release() {
        ExecutionContext.mightSleep("IrqfdSet.release()")
        refuseOnWorkers("IrqfdSet.release()")
        core.release()
    }

    /// The file is held for this, not while waiting: a close meanwhile need not wait for us.
    func deactivate(_ file: EventFDFile, _ gsi: GSI) throws(IrqfdError) -> Bool {
        do throws(EventFDError) { try file.hold() } catch { throw .badFileDescriptor }
        defer { file.drop() }
        return try core.deassign(file.context.id, gsi: gsi)
    }

    private func refuseOnWorkers(_ call: StaticString) {
        guard let worker = WorkqueueCore.workerThatMustNotWait(for: CleanupQueue.current?.core) else { return }
        misuse(
            "\(call) was called from the worker of the queue \"\(worker.name)\", for which it would wait: that queue injects, or shuts irqfds down; "
                + "enqueue a work on another queue that makes the call"
        )
    }
}
