// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What takes the interrupts of a set: the model of an interrupt controller, or a hypervisor's.
///
/// The corresponding kernel function is `kvm_set_irq`.
public protocol InterruptController: AnyObject, Sendable {
    /// Sets the level of an interrupt line. An event of an irqfd is an edge: the line goes up, and then down.
    ///
    /// It is called on the set's injection queue, one call at a time for each queue, without any lock, and may block: nobody who signals waits
    /// for it, but everything behind it on that queue does. It must not release its set, deassign from it or wait for either.
    func setInterrupt(_ gsi: GSI, level: Bool)
}
