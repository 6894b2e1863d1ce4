// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD

/// The device's own thread signals, through a reference to the file's context.
final class ThreadHand: Hand, @unchecked Sendable {
    // Unchecked: the reference is the device's thread's, and `kill` does not touch it.
    private var reference: EventFDContextReference?

    private let line: Line
    private let failures: Failures

    init(line: Line, failures: Failures) {
        self.line = line
        self.failures = failures
    }

    func take(_ outlet: Outlet) -> Bool {
        guard case .context(of: let file) = outlet else { preconditionFailure("a thread signals a context") }
        do {
            reference = try file.makeContextReference()
            return true
        } catch {
            failures.add("line \(line.number): a new file gave no context reference: \(error)")
            return false
        }
    }

    func prepare() {}

    func send(_ count: Int) -> ContinuousClock.Instant? {
        signal(count - 1)
        let start = ContinuousClock.now
        signal(1)
        return start
    }

    func storm(pause: Duration) -> Bool {
        signal(Device.gust)
        return false
    }

    func letGo() {
        reference.take()?.put()
    }

    func quit() {}

    /// A thread cannot be killed.
    func kill() {}

    private func signal(_ count: Int) {
        for _ in 0..<count {
            line.beginSignal()
            reference?.signal()
        }
    }
}
