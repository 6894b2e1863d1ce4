// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CLinux
import EventFD
import KVMIrqfd
import WaitQueue

/// Our side: files of EventFD, and sets of KVMIrqfd where the script has machines.
///
/// The files have counters of their own, or stand on eventfds of the kernel's: then it is their events that come by a way of ours.
final class OurSubject: Subject {
    /// What is in a slot.
    private struct Slot {
        /// Of an empty slot one that is closed: the operations on it are done all the same.
        var file: EventFDFile
        /// Of an open file.
        var edges: EdgeEntry?

        var isOpen: Bool { edges != nil }
    }

    let name: String
    let differences: [Difference]

    private let closedFile: EventFDFile
    /// Of files on descriptors.
    private let barrier: DescriptorBarrier?
    private let sleepGuard = SleepGuard()
    private var slots: [Slot] = []
    private var machines: OurMachines?

    /// With files that have counters of their own.
    convenience init() { self.init(barrier: nil) }

    /// With files on eventfds of the kernel's.
    convenience init(onDescriptors: Void) throws(CompareError) { self.init(barrier: try DescriptorBarrier()) }

    private init(barrier: DescriptorBarrier?) {
        name = barrier == nil ? "ours" : "ours, on descriptors"
        // The first that applies: where a zero is unheard, nothing is consumed either.
        differences = (barrier == nil ? [] : [.zeroUnheard, .roomToldWhenAsked]) + [.counterIsConsumed, .secondAssignInAnotherMachine]
        self.barrier = barrier
        closedFile = EventFDFile()
        try? closedFile.close()
    }

    func begin(_ script: Script) {
        slots = Array(repeating: Slot(file: closedFile, edges: nil), count: Script.slots)
        machines = script.hasMachines ? OurMachines() : nil
    }

    func end() {
        for index in slots.indices { _ = empty(index) }
        machines?.end()
        machines = nil
    }

    var isHurried: Bool {
        get { sleepGuard.isHurried }
        set { sleepGuard.isHurried = newValue }
    }

    // MARK: Operations

    func perform(_ operation: ScriptOperation, sleeps: Bool) -> Outcome {
        let outcome = attempt(operation, sleeps: sleeps)
        settle(after: operation)
        return outcome
    }

    /// Waits until what was done has had its effect.
    private func settle(after operation: ScriptOperation? = nil) {
        barrier?.wait()
        if case .close = operation { machines?.awaitEnds() }
        machines?.settle()
    }

    private func attempt(_ operation: ScriptOperation, sleeps: Bool) -> Outcome {
        switch operation {
        case .create(let slot, let initialValue, let semaphore, let nonBlocking):
            _ = empty(slot)
            var flags: EventFDFlags = []
            if semaphore { flags.insert(.semaphore) }
            if nonBlocking { flags.insert(.nonBlocking) }
            guard let file = open(initialValue, flags) else { return .leftOut }
            fill(slot, with: file)
            return .done
        case .duplicate(let from, let to):
            guard slots[from].isOpen else { return .failed(EventFDError.badFileDescriptor.errorNumber) }
            if from == to { return .done }
            let file = slots[from].file
            _ = empty(to)
            fill(to, with: file)
            return .done
        case .close(let slot): return empty(slot)
        case .read(let slot): return read(slots[slot].file, sleeps: sleeps)
        case .tryRead(let slot): return read(slots[slot].file, sleeps: true)
        case .write(let slot, let value): return write(slots[slot].file, value, sleeps: sleeps)
        case .tryWrite(let slot, let value): return write(slots[slot].file, value, sleeps: true)
        case .poll(let slot): return .events(slots[slot].file.poll().rawValue)
        case .setNonBlocking(let slot, let isOn):
            guard slots[slot].isOpen else { return .leftOut }
            slots[slot].file.isNonBlocking = isOn
            return .value(slots[slot].file.isNonBlocking ? 1 : 0)
        case .signal(let slot): return signal(slots[slot].file)
        case .assign(let machine, let slot, let line): return machines?.assign(machine, slots[slot].file, line) ?? .leftOut
        case .deassign(let machine, let slot, let line): return machines?.deassign(machine, slots[slot].file, line) ?? .leftOut
        case .release(let machine): return machines?.release(machine) ?? .leftOut
        }
    }

    /// Nil: there are no more descriptors.
    private func open(_ initialValue: UInt32, _ flags: EventFDFlags) -> EventFDFile? {
        if barrier == nil { return EventFDFile(initialValue: initialValue, flags: flags) }
        return try? EventFDFile(descriptor: EventFDDescriptor(initialValue: initialValue, flags: flags))
    }

    private func read(_ file: EventFDFile, sleeps: Bool) -> Outcome {
        do throws(EventFDError) {
            if sleeps { return .value(try file.tryRead()) }
            return .value(
                try sleepGuard.watch(file) { () -> Result<UInt64, EventFDError> in
                    do throws(EventFDError) { return .success(try file.read()) } catch { return .failure(error) }
                }.get()
            )
        } catch {
            return failure(error, of: file)
        }
    }

    private func write(_ file: EventFDFile, _ value: UInt64, sleeps: Bool) -> Outcome {
        do throws(EventFDError) {
            if sleeps {
                try file.tryWrite(value)
            } else {
                try sleepGuard.watch(file) { () -> Result<Void, EventFDError> in
                    do throws(EventFDError) { return .success(try file.write(value)) } catch { return .failure(error) }
                }.get()
            }
            return .done
        } catch {
            return failure(error, of: file)
        }
    }

    /// An open file that says it is closed was closed by the guard.
    private func failure(_ error: EventFDError, of file: EventFDFile) -> Outcome {
        let isOpen = slots.contains { $0.isOpen && $0.file === file }
        return error == .badFileDescriptor && isOpen ? .slept : .failed(error.errorNumber)
    }

    private func signal(_ file: EventFDFile) -> Outcome {
        do throws(EventFDError) {
            let reference = try file.makeContextReference()
            reference.signal(1)
            reference.put()
            return .done
        } catch {
            return .failed(error.errorNumber)
        }
    }

    private func fill(_ slot: Int, with file: EventFDFile) { slots[slot] = Slot(file: file, edges: EdgeEntry(file)) }

    /// Closes the file, unless another slot holds it too.
    private func empty(_ slot: Int) -> Outcome {
        let file = slots[slot].file
        let wasOpen = slots[slot].isOpen
        slots[slot].edges = nil
        if wasOpen, slots.contains(where: { $0.isOpen && $0.file === file }) {
            slots[slot].file = closedFile
            return .done
        }
        do throws(EventFDError) {
            try file.close()
            return .done
        } catch {
            return .failed(error.errorNumber)
        }
    }

    // MARK: Looking

    func look(expecting other: Sighting?) -> Sighting {
        Sighting(slots: slots.indices.map { look(slots[$0], at: $0) }, interrupts: machines?.takeInterrupts() ?? [])
    }

    private func look(_ slot: Slot, at place: Int) -> Sighting.Slot {
        let readiness = slot.file.poll().rawValue
        var sighting = Sighting.Slot(readiness: readiness, count: slot.file.count)
        // An edge is a wake of interest, if something of interest is there when one looks.
        let events = slot.edges?.take() ?? 0
        if events & Sighting.edges.input != 0 { sighting.inputEdge = readiness & Sighting.edges.input }
        if events & Sighting.edges.output != 0 { sighting.outputEdge = readiness & Sighting.edges.output }
        // What is only in the first slot has no descriptor: so both kinds of files are looked at.
        if slot.isOpen, place > 0 {
            sighting.descriptorIsReadable = try? slot.file.withPollableDescriptor {
                clinux_poll($0) & Int32(PollEvents.input.rawValue) != 0
            }
        }
        return sighting
    }

    // MARK: Differences

    func bringInStep(_ difference: Difference, after operation: ScriptOperation, in model: ScriptModel) -> String? {
        guard let slot = operation.slot, let before = model.file(in: slot) else { return "there is no file" }
        switch difference {
        case .counterIsConsumed: return consume(slot, after: operation, before, model.slots(like: slot))
        case .secondAssignInAnotherMachine: return undoAssign(operation, before)
        case .zeroUnheard: return missZero(before, model.slots(like: slot))
        case .roomToldWhenAsked: return forgetRoom(model.slots(like: slot))
        }
    }

    /// Here the counter must have grown, and everybody have been told. Then it is read, as the kernel's irqfd has done; nobody hears of that.
    private func consume(_ slot: Int, after operation: ScriptOperation, _ before: ScriptModel.File, _ alike: [Int]) -> String? {
        let added: UInt64
        switch operation {
        case .write(_, let value), .tryWrite(_, let value): added = value
        default: added = before.count < .max ? 1 : 0
        }
        let file = slots[slot].file
        let count = file.count
        guard count == before.count + added else {
            return "count \(ScriptOperation.number(count)), not \(ScriptOperation.number(before.count + added))"
        }
        for slot in alike where (slots[slot].edges?.take() ?? 0) & PollEvents.input.rawValue == 0 {
            return "no wake of \(ScriptOperation.name(slot))"
        }
        if count > 0, (try? file.tryRead()) == nil { return "a count of \(ScriptOperation.number(count)) that cannot be read" }
        // If that read interrupts, it shows now.
        settle()
        for slot in alike { _ = slots[slot].edges?.take() }
        return nil
    }

    /// Here nobody has been told, and nothing is interrupted; the kernel's irqfd has interrupted.
    private func missZero(_ before: ScriptModel.File, _ alike: [Int]) -> String? {
        for slot in alike where (slots[slot].edges?.take() ?? 0) != 0 { return "a wake of \(ScriptOperation.name(slot))" }
        guard let machines, let place = before.assignment else { return "there is no irqfd" }
        let interrupts = machines.takeInterrupts()
        if interrupts.contains(where: { $0 != 0 }) { return "interrupts \(interrupts)" }
        machines.pretendInterrupt(place.machine, place.line)
        return nil
    }

    /// Here those who wait for room have been told of what there is, which is too little. Nobody else has been told of anything.
    private func forgetRoom(_ alike: [Int]) -> String? {
        for slot in alike where (slots[slot].edges?.take() ?? 0) & Sighting.edges.input != 0 {
            return "a wake of \(ScriptOperation.name(slot)) for input"
        }
        return nil
    }

    /// Here the assign must have succeeded, and an event that was pending have interrupted. Then it is undone.
    private func undoAssign(_ operation: ScriptOperation, _ before: ScriptModel.File) -> String? {
        guard let machines, case .assign(let machine, let slot, let line) = operation else { return "there is no machine" }
        var expected = [UInt16](repeating: 0, count: Script.machines)
        if before.count > 0, line < 16 { expected[machine] = 1 << UInt16(line) }
        let interrupts = machines.takeInterrupts()
        if interrupts != expected { return "interrupts \(interrupts), not \(expected)" }
        let isUndone = machines.undoAssign(machine, slots[slot].file, line)
        settle()
        return isUndone ? nil : "an assign that cannot be undone"
    }
}
