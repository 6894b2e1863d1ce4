// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What happened, in order, as told by any thread.
package final class Recorder<Element: Sendable>: Sendable {
    private let elements = Guarded<[Element]>([])

    package init() {}

    package func append(_ element: Element) { elements.withLock { $0.append(element) } }

    package var all: [Element] { elements.current }
    package var count: Int { elements.withLock { $0.count } }
    package var isEmpty: Bool { count == 0 }

    /// Returns everything so far and begins anew.
    package func take() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }

    /// Blocks until there are at least so many, and returns all.
    @available(*, noasync, message: "this blocks the thread; in a task use waitUntil(_:_:) with count")
    @discardableResult
    package func wait(forCount count: Int) -> [Element] {
        inStep("Recorder.wait(forCount: \(count))") { elements.wait { $0.count >= count ? $0 : nil } }
    }
}
