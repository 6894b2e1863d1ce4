// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CKVM
import CLinux

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// The machines of the kernel's side: virtual machines with the interrupt controllers of a PC and no processor.
///
/// Nobody takes their interrupts, so the controllers keep them latched until they are looked at here. The kernel injects on a queue of
/// works: it has one for each processor, which starts its works in order, and this thread stays on one processor. So an interrupt of our own
/// on another line, which is waited for, comes behind all that were on their way.
final class KernelMachines {
    /// A line that no script uses.
    private static let probeLine: UInt32 = 7
    private static let probeBit: UInt16 = 1 << 7
    /// The line of the first controller to which the second is connected: it says nothing by itself.
    private static let cascadeBit: UInt16 = 1 << 2

    private let kvm: Int32
    private var machines: [Int32] = []
    /// Interrupts machine 0 on the probe line.
    private let probe: Int32
    private var processors = clinux_processors()
    /// Whether an eventfd may interrupt several machines: so it was before 6.17.
    private(set) var shareEventfds = false
    /// Whether interrupts of the other side that have not arrived here are waited for only shortly.
    var isHurried = false

    init() throws(CompareError) {
        kvm = try KernelSubject.check(ckvm_open(), "opening /dev/kvm")
        guard ckvm_api_version(kvm) == ckvm_known_api_version else {
            _ = clinux_close(kvm)
            throw CompareError("/dev/kvm speaks an unknown version of its interface")
        }
        probe = clinux_eventfd(0, false, true)
        // From here on the deinit closes what is open, also when this throws.
        _ = try KernelSubject.check(probe, "opening an eventfd")
        for _ in 0..<Script.machines { machines.append(try makeMachine()) }
        try assignProbe()
        shareEventfds = assign(1, probe, Self.probeLine) == .done
        if shareEventfds { _ = deassign(1, probe, Self.probeLine) }
        _ = try KernelSubject.check(unsafe clinux_stay(&processors), "staying on one processor")
    }

    deinit {
        // Of a thread that has not been kept there is nothing in it, which the kernel refuses.
        unsafe clinux_roam(&processors)
        for descriptor in machines + [probe, kvm] where descriptor >= 0 { _ = clinux_close(descriptor) }
    }

    private func makeMachine() throws(CompareError) -> Int32 {
        let machine = try KernelSubject.check(ckvm_create_vm(kvm), "making a virtual machine")
        let result = ckvm_create_interrupt_controllers(machine)
        if result < 0 { _ = clinux_close(machine) }
        _ = try KernelSubject.check(result, "making the interrupt controllers")
        return machine
    }

    private func assignProbe() throws(CompareError) {
        _ = try KernelSubject.check(ckvm_irqfd(machines[0], probe, Self.probeLine, true), "assigning an eventfd of our own")
    }

    // MARK: Operations

    func assign(_ machine: Int, _ descriptor: Int32, _ line: UInt32) -> Outcome {
        let result = ckvm_irqfd(machines[machine], descriptor, line, true)
        return result < 0 ? .failed(-result) : .done
    }

    func deassign(_ machine: Int, _ descriptor: Int32, _ line: UInt32) -> Outcome {
        let result = ckvm_irqfd(machines[machine], descriptor, line, false)
        return result < 0 ? .failed(-result) : .done
    }

    func release(_ machine: Int) throws(CompareError) {
        _ = try KernelSubject.check(clinux_close(machines[machine]), "closing a virtual machine")
        machines[machine] = -1
        machines[machine] = try makeMachine()
        if machine == 0 { try assignProbe() }
    }

    /// Leaves nothing behind for the next script. The eventfds are closed.
    func clean() throws(CompareError) {
        // Matches nothing: a barrier behind the ends of all irqfds.
        _ = try KernelSubject.check(ckvm_irqfd(machines[0], probe, Script.lines[0], false), "waiting for the ends of irqfds")
        _ = try takeInterrupts(expecting: nil)
    }

    // MARK: Interrupts

    /// The lines on which an interrupt has arrived since the last time, a bit each.
    func takeInterrupts(expecting expected: [UInt16]?) throws(CompareError) -> [UInt16] {
        let end = ContinuousClock.now + .seconds(5)
        _ = try KernelSubject.check(clinux_write(probe, 1), "signalling an eventfd of our own")
        while try latchedLines(0, chip: 0) & Self.probeBit == 0 {
            if end < .now { throw CompareError("the kernel has not injected an interrupt of our own within 5 s") }
            sched_yield()
        }
        var lines = try latchedLines()
        if let expected { try wait(for: expected, &lines) }
        for (machine, bits) in lines.enumerated() where bits != 0 {
            for chip: UInt32 in [0, 1] { _ = try KernelSubject.check(ckvm_clear_lines(machines[machine], chip), "clearing interrupts") }
        }
        return lines.map { $0 & ~(Self.probeBit | Self.cascadeBit) }
    }

    /// What is expected and not there: it should be by now; all the same it is given time.
    private func wait(for expected: [UInt16], _ lines: inout [UInt16]) throws(CompareError) {
        let end = ContinuousClock.now + (isHurried ? .milliseconds(100) : .seconds(5))
        while zip(expected, lines).contains(where: { $0 & ~$1 != 0 }), .now < end {
            sched_yield()
            lines = try latchedLines()
        }
    }

    private func latchedLines() throws(CompareError) -> [UInt16] {
        var all: [UInt16] = []
        for machine in machines.indices { all.append(try latchedLines(machine, chip: 0) | latchedLines(machine, chip: 1) << 8) }
        return all
    }

    private func latchedLines(_ machine: Int, chip: UInt32) throws(CompareError) -> UInt16 {
        var lines: UInt8 = 0
        _ = try KernelSubject.check(unsafe ckvm_latched_lines(machines[machine], chip, &lines), "asking for latched interrupts")
        return UInt16(lines)
    }
}
