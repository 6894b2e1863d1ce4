// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Who is told what happens in this package: see ``Tracing``.
public protocol TraceSink: AnyObject, Sendable {
    /// Something happened.
    ///
    /// Called on the thread on which it happened, by several threads at once, and where a lock of this package may be held: it must not
    /// sleep, must call nothing of this package that takes a lock or sleeps, and had better be quick. What it causes in this package all
    /// the same is not told.
    func record(_ event: TraceEvent)
}
