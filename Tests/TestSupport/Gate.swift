// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// An event: closed at first, opened once, and passed by everybody from then on.
package final class Gate: Sendable {
    private let name: String
    private let state = Guarded(false)

    package init(_ name: String) { self.name = name }

    package func open() { state.withLock { $0 = true } }

    package var isOpen: Bool { state.current }

    /// Blocks until the gate is open.
    @available(*, noasync, message: "this blocks the thread; in a task use waitUntil(_:_:) with isOpen")
    package func wait() {
        inStep("Gate.wait, the gate \"\(name)\"") { state.wait { $0 ? () : nil } }
    }
}

/// Where threads that shall collide wait for each other.
///
/// The last one to come lets all go. They spin, yielding, so that they start within a microsecond of each other: a sleeping
/// thread would need fifty to wake up, and find the race over.
package final class StartGate: Sendable {
    private let missing: Atomic<Int>

    package init(_ count: Int) { missing = Atomic(count) }

    @available(*, noasync, message: "this blocks the thread")
    package func wait() {
        missing.subtract(1, ordering: .acquiringAndReleasing)
        inStep("StartGate.wait") {
            while missing.load(ordering: .acquiring) > 0 { sched_yield() }
        }
    }
}

/// Waits for something that no gate can tell, as "the other thread is now asleep".
///
/// It yields and looks again, and never sleeps. The watchdog ends it when the condition does not come true.
@available(*, noasync, message: "this blocks the thread")
package func waitUntil(_ what: String, _ condition: () -> Bool) {
    inStep("waitUntil(\"\(what)\")") {
        while !condition() { sched_yield() }
    }
}

/// The same in a task.
package func waitUntil(_ what: String, _ condition: () -> Bool) async {
    await inStep("waitUntil(\"\(what)\")") {
        while !condition() { await Task.yield() }
    }
}
