// swift-irqfd: SPDX-License-Identifier: Apache-2.0

extension Work {
    /// Makes an item that has a name in reports, snapshots and descriptions. Others have a number there.
    ///
    /// The corresponding kernel macro is `INIT_WORK`.
    ///
    /// - Important: Context: takes a lock for a moment; does not sleep. Queueing and running an item with a name costs what it costs without one.
    /// - Parameters:
    ///   - name: What it does, in a word or two. Two items may have the same name.
    ///   - function: As in ``init(_:)``.
    /// - Complexity: O(*n*) in the number of names that the program's text has.
    public convenience init(name: StaticString, _ function: @escaping @Sendable (Work) -> Void) {
        self.init(label: WorkLabel(name), function)
    }
}

extension Work: CustomDebugStringConvertible {
    /// The item in a few words, as `Work("blink", pending on "events")` or `Work(work 17, idle)`.
    ///
    /// - Important: Context: takes the item's and the queue's locks for a moment; does not sleep. May be called anywhere, also in the item's own function and
    ///   inside a wake function.
    /// - Complexity: O(1)
    public var debugDescription: String {
        unsafe "Work(\(WorkqueueSnapshot.Item(node.pointee.label)), \(WorkqueueCore.whereabouts(of: node)))"
    }
}

extension DelayedWork {
    /// Makes an item that has a name in reports, snapshots and descriptions. Others have a number there.
    ///
    /// The corresponding kernel macro is `INIT_DELAYED_WORK`.
    ///
    /// - Important: Context: takes a lock for a moment; does not sleep. Queueing and running an item with a name costs what it costs without one.
    /// - Parameters:
    ///   - name: What it does, in a word or two. Two items may have the same name.
    ///   - function: As in ``init(_:)``.
    /// - Complexity: O(*n*) in the number of names that the program's text has.
    public convenience init(name: StaticString, _ function: @escaping @Sendable (DelayedWork) -> Void) {
        self.init(label: WorkLabel(name), function)
    }
}

extension DelayedWork: CustomDebugStringConvertible {
    /// The item in a few words, as `DelayedWork("tick", timer on "events")` or `DelayedWork(work 17, idle)`.
    ///
    /// - Important: Context: takes the item's and the queue's locks for a moment; does not sleep. May be called anywhere, also in the item's own function and
    ///   inside a wake function.
    /// - Complexity: O(1)
    public var debugDescription: String {
        unsafe "DelayedWork(\(WorkqueueSnapshot.Item(node.pointee.label)), \(WorkqueueCore.whereabouts(of: node)))"
    }
}
