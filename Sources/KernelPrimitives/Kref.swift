// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How many references an object has; whoever puts the last one ends it.
///
/// Underflow and overflow are misuse: with a wrong count, the next thing that happens is a use after the end.
///
/// The corresponding kernel structure is `struct kref`.
@usableFromInline
package struct Kref: ~Copyable, Sendable {
    @usableFromInline let count: AtomicUInt32

    /// Far from both ends, so that the check never races with another thread's step over the edge.
    @inlinable static var limit: UInt32 { 0x7fff_ffff }

    /// Starts with the creator's reference.
    ///
    /// The corresponding kernel function is `kref_init`.
    @inlinable package init(_ initial: UInt32 = 1) { count = AtomicUInt32(initial) }

    /// Takes one more; the caller has one already.
    ///
    /// The corresponding kernel function is `kref_get`.
    @inlinable package func get() {
        let before = count.fetchAdd(1)
        // Both ends with one comparison.
        if before &- 1 >= Kref.limit - 1 { Kref.reportGet(before) }
    }

    /// Puts one; true: it was the last, and the caller ends the object.
    ///
    /// The corresponding kernel function is `kref_put`.
    @inlinable package func put() -> Bool {
        let before = count.fetchSubtract(1)
        if before &- 1 >= Kref.limit { Kref.reportPut() }
        return before == 1
    }

    @usableFromInline @inline(never)
    static func reportGet(_ before: UInt32) -> Never {
        if before == 0 { misuse("kref underflow: a reference was taken after the last one was put") }
        misuse("kref overflow: more than \(limit) references to one object")
    }

    @usableFromInline @inline(never)
    static func reportPut() -> Never { misuse("kref underflow: a reference was put that nobody had") }

    /// Takes one unless the object has ended; false: it has.
    ///
    /// The corresponding kernel function is `kref_get_unless_zero`.
    package func getUnlessZero() -> Bool {
        var current = count.load()
        while current != 0 {
            if current >= Kref.limit { misuse("kref overflow: more than \(Kref.limit) references to one object") }
            if count.compareExchange(current, with: current + 1) { return true }
            current = count.load()
        }
        return false
    }

    /// Whether the caller's reference is the only one. It stays so if nobody else can come by one without it; what others did with
    /// theirs is visible then.
    @inlinable package var isOnly: Bool { count.load() == 1 }

    #if ScheduleExploration
        package var address: UnsafeRawPointer { unsafe count.address }
    #endif

    /// How many there are at this moment: for reports only.
    package var current: UInt32 { count.word.load(ordering: .relaxed) }
}
