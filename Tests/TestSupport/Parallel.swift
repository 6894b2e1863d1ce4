// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Runs the bodies on threads of their own, which start together, and returns when all have ended.
@available(*, noasync, message: "this blocks the thread")
package func inParallel(_ bodies: [(name: String, body: @Sendable () -> Void)]) {
    let start = StartGate(bodies.count)
    let threads = bodies.map { name, body in
        TestThread(name) {
            start.wait()
            body()
        }
    }
    for thread in threads { thread.join() }
}

/// Runs the body so many times at once, each with its number, and returns when all have ended.
@available(*, noasync, message: "this blocks the thread")
package func inParallel(_ count: Int, name: String = "thread", _ body: @escaping @Sendable (Int) -> Void) {
    inParallel((0..<count).map { index in ("\(name) \(index)", { body(index) }) })
}
