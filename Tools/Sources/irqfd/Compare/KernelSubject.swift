// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CLinux

/// The kernel's side: descriptors of eventfd(2), poll(2), an edge-triggered epoll set, and virtual machines of KVM where the script has some.
final class KernelSubject: Subject {
    let name = "the kernel's"
    let differences: [Difference] = []

    /// Two epoll sets: for those who wait for input, and for output.
    private let epolls: (input: Int32, output: Int32)
    private let signaller: KernelSignaller?
    private var slots = [Int32](repeating: Int32(clinux_no_descriptor), count: Script.slots)
    private let allMachines: KernelMachines?
    /// Those of the script that is being run.
    private var machines: KernelMachines?

    init(signaller: KernelSignaller?, machines: KernelMachines?) throws(CompareError) {
        self.signaller = signaller
        allMachines = machines
        let input = try Self.check(clinux_epoll(), "opening an epoll set")
        let output = clinux_epoll()
        if output < 0 { _ = clinux_close(input) }
        epolls = (input, try Self.check(output, "opening an epoll set"))
    }

    deinit {
        for descriptor in slots where descriptor != clinux_no_descriptor { _ = clinux_close(descriptor) }
        _ = clinux_close(epolls.input)
        _ = clinux_close(epolls.output)
    }

    var isHurried: Bool {
        get { allMachines?.isHurried ?? false }
        set { allMachines?.isHurried = newValue }
    }

    func begin(_ script: Script) throws(CompareError) {
        machines = script.hasMachines ? allMachines : nil
        if script.hasMachines, machines == nil { throw CompareError("a script with machines, and no KVM") }
    }

    func end() throws(CompareError) {
        for slot in slots.indices where isOpen(slot) { _ = try empty(slot) }
        try machines?.clean()
        machines = nil
    }

    // MARK: Operations

    func perform(_ operation: ScriptOperation, sleeps: Bool) throws(CompareError) -> Outcome {
        switch operation {
        case .create(let slot, let initialValue, let semaphore, let nonBlocking):
            _ = try empty(slot)
            try fill(slot, with: try Self.check(clinux_eventfd(initialValue, semaphore, nonBlocking), "opening an eventfd"))
            return .done
        case .duplicate(let from, let to):
            if from == to { return isOpen(from) ? .done : Self.outcome(clinux_duplicate(slots[from])) }
            let descriptor = clinux_duplicate(slots[from])
            if descriptor < 0 { return .failed(-descriptor) }
            _ = try empty(to)
            try fill(to, with: descriptor)
            return .done
        case .close(let slot): return try empty(slot)
        case .read(let slot): return try withoutSleep(slot, sleeps) { Self.read($0) }
        case .tryRead(let slot): return try withoutSleep(slot, true) { Self.read($0) }
        case .write(let slot, let value): return try withoutSleep(slot, sleeps) { Self.outcome(clinux_write($0, value)) }
        case .tryWrite(let slot, let value): return try withoutSleep(slot, true) { Self.outcome(clinux_write($0, value)) }
        case .poll(let slot): return .events(try readiness(slots[slot]))
        case .setNonBlocking(let slot, let isOn):
            guard isOpen(slot) else { return .leftOut }
            _ = try Self.check(clinux_set_nonblocking(slots[slot], isOn), "setting a flag of an eventfd")
            return .value(UInt64(try Self.check(clinux_is_nonblocking(slots[slot]), "asking for the flags of an eventfd")))
        case .signal(let slot):
            guard let signaller else { return .leftOut }
            return Self.outcome(signaller.signal(slots[slot]))
        case .assign(let machine, let slot, let line): return machines.map { $0.assign(machine, slots[slot], line) } ?? .leftOut
        case .deassign(let machine, let slot, let line): return machines.map { $0.deassign(machine, slots[slot], line) } ?? .leftOut
        case .release(let machine):
            guard let machines else { return .leftOut }
            try machines.release(machine)
            return .done
        }
    }

    /// The kernel's side has nothing to be brought in step with.
    func bringInStep(_ difference: Difference, after operation: ScriptOperation, in model: ScriptModel) -> String? { nil }

    /// Does something that must not sleep, even if the file is one that sleeps.
    private func withoutSleep(_ slot: Int, _ sleeps: Bool, _ body: (Int32) -> Outcome) throws(CompareError) -> Outcome {
        let descriptor = slots[slot]
        guard sleeps, isOpen(slot), clinux_is_nonblocking(descriptor) == 0 else { return body(descriptor) }
        _ = try Self.check(clinux_set_nonblocking(descriptor, true), "setting a flag of an eventfd")
        let outcome = body(descriptor)
        _ = try Self.check(clinux_set_nonblocking(descriptor, false), "setting a flag of an eventfd")
        return outcome
    }

    private func isOpen(_ slot: Int) -> Bool { slots[slot] != clinux_no_descriptor }

    private func fill(_ slot: Int, with descriptor: Int32) throws(CompareError) {
        slots[slot] = descriptor
        for (epoll, events) in [(epolls.input, Sighting.edges.input), (epolls.output, Sighting.edges.output)] {
            _ = try Self.check(clinux_watch(epoll, descriptor, events, UInt32(slot)), "adding to an epoll set")
        }
    }

    private func empty(_ slot: Int) throws(CompareError) -> Outcome {
        let descriptor = slots[slot]
        if isOpen(slot) {
            for epoll in [epolls.input, epolls.output] {
                _ = try Self.check(clinux_unwatch(epoll, descriptor), "removing from an epoll set")
            }
        }
        slots[slot] = Int32(clinux_no_descriptor)
        return Self.outcome(clinux_close(descriptor))
    }

    private static func read(_ descriptor: Int32) -> Outcome {
        var value: UInt64 = 0
        let result = unsafe clinux_read(descriptor, &value)
        return result < 0 ? .failed(-result) : .value(value)
    }

    // MARK: Looking

    func look(expecting other: Sighting?) throws(CompareError) -> Sighting {
        let edges = (input: try takeEdges(epolls.input), output: try takeEdges(epolls.output))
        var sighting = Sighting(slots: [])
        for (slot, descriptor) in slots.enumerated() {
            let readiness = try readiness(descriptor)
            var count: UInt64 = 0
            if isOpen(slot) { _ = try Self.check(unsafe clinux_count(descriptor, &count), "asking for the counter of an eventfd") }
            sighting.slots.append(
                Sighting.Slot(
                    readiness: readiness,
                    count: count,
                    inputEdge: edges.input[slot],
                    outputEdge: edges.output[slot],
                    descriptorIsReadable: isOpen(slot) ? readiness & 1 != 0 : nil
                )
            )
        }
        if let machines { sighting.interrupts = try machines.takeInterrupts(expecting: other?.interrupts) }
        return sighting
    }

    private func takeEdges(_ epoll: Int32) throws(CompareError) -> [UInt32] {
        var edges = [UInt32](repeating: 0, count: Script.slots)
        let result = unsafe edges.withUnsafeMutableBufferPointer { unsafe clinux_take_edges(epoll, $0.baseAddress, UInt32($0.count)) }
        _ = try Self.check(result, "waiting for events")
        return edges
    }

    private func readiness(_ descriptor: Int32) throws(CompareError) -> UInt32 {
        UInt32(try Self.check(clinux_poll(descriptor), "polling an eventfd"))
    }

    private static func outcome(_ result: Int32) -> Outcome { result < 0 ? .failed(-result) : .done }

    /// The result of a call, unless it failed.
    static func check(_ result: Int32, _ step: String) throws(CompareError) -> Int32 {
        if result < 0 { throw CompareError("\(step) failed: \(Outcome.failed(-result))") }
        return result
    }
}
