// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A reference to an eventfd's context, which outlives the file: the way to signal it.
///
/// It cannot be copied: ``duplicate()`` takes another reference, ``put()`` gives this one up, and so does dropping it. In a
/// class, keep it in an optional and `take()` it.
///
/// The corresponding kernel structure is `struct eventfd_ctx`, with a reference of its kref.
public struct EventFDContextReference: ~Copyable, Sendable {
    /// This value has one reference of its kref.
    private let context: EventFDContext

    /// Takes over a reference that the caller has.
    init(owning context: EventFDContext) { self.context = context }

    deinit { context.put() }

    /// Adds to the counter and wakes the queue, whether the file is still open or not.
    ///
    /// It never blocks: what does not fit is left out. Those who are queued are woken also when nothing was added. Their wake
    /// functions run in this thread.
    ///
    /// The corresponding kernel function is `eventfd_signal`.
    ///
    /// - Important: Context: takes the wait queue's lock; does not sleep, allocates nothing. Misuse inside a wake function: see ``isSignalAllowed``.
    ///   Of a file that stands on a descriptor it is two system calls, and what finds no room is handed over: see <doc:Descriptors>.
    /// - Returns: How much was added: less than `n` when the counter has reached its largest value, which a poll shows as an error.
    /// - Complexity: O(*n*) in the number of entries.
    @discardableResult
    public func signal(_ n: UInt64 = 1) -> UInt64 {
        refuseInWakeFunction("EventFDContextReference.signal(_:)")
        return context.signal(n)
    }

    /// Whether ``signal(_:)`` may be called here: not inside a wake function, nor under any wait queue's lock. Enqueue a work there.
    ///
    /// The corresponding kernel function is `eventfd_signal_allowed`.
    public static var isSignalAllowed: Bool { !ExecutionContext.isAtomic }

    /// Which context this is.
    public var id: EventFDContextID { context.id }

    /// The reference in a few words, as `EventFDContextReference(eventfd 7, file open, count 3)`.
    ///
    /// - Important: Context: takes the wait queue's lock for a moment. May be called anywhere: inside a wake function, and wherever a wait queue is
    ///   locked, it says no more than the number. Of a file that stands on a descriptor it is a system call.
    public var debugDescription: String { "EventFDContextReference(\(context.descriptionOfReference))" }

    /// Takes one more reference to the same context.
    ///
    /// The corresponding kernel function is `eventfd_ctx_get`.
    ///
    /// - Important: Context: does not sleep, takes no lock; may be called anywhere.
    public func duplicate() -> EventFDContextReference {
        context.get()
        return EventFDContextReference(owning: context)
    }

    /// Gives this reference up; with the last one the context ends.
    ///
    /// The corresponding kernel function is `eventfd_ctx_put`.
    ///
    /// - Important: Context: does not sleep. Inside a wake function the end is put off until the lock is gone.
    public consuming func put() {
        // The value ends here, and its deinit puts.
    }
}

/// Nothing of an eventfd may be called where a wait queue is locked: its lock may be the one that is held.
@inline(__always)
func refuseInWakeFunction(_ call: StaticString) {
    if ExecutionContext.isAtomic { reportWakeFunction(call) }
}

@inline(never)
private func reportWakeFunction(_ call: StaticString) -> Never {
    misuse(
        "\(call) was called inside a wake function or under a wait queue's lock, where nothing of an eventfd may be called; "
            + "enqueue a Work that makes the call (EventFDContextReference.isSignalAllowed tells)"
    )
}
