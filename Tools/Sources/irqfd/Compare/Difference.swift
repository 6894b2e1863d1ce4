// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A known and wanted difference from today's kernel, by its name in the documentation: the article "Compared with the kernel" of KVMIrqfd.
///
/// For each of them it is known beforehand when it applies, and what either side must then show.
enum Difference: String, CaseIterable, Sendable {
    /// The kernel's irqfd takes the event out of the counter, and nobody else is told of it.
    case counterIsConsumed = "counter-is-consumed"
    /// The kernel refuses an eventfd that has an irqfd in whatever machine.
    case secondAssignInAnotherMachine = "second-assign-in-another-machine"
    /// A file on a descriptor does not hear of a write of zero to an empty counter.
    case zeroUnheard = "zero-unheard"
    /// A file on a descriptor tells those who wait for room, when somebody has found too little, of what there is.
    case roomToldWhenAsked = "room-told-when-asked"

    /// Whether it applies to an operation that is about to be done in this state.
    func applies(to operation: ScriptOperation, in model: ScriptModel) -> Bool {
        guard let slot = operation.slot, let file = model.file(in: slot) else { return false }
        switch (self, operation) {
        case (.roomToldWhenAsked, .write(_, let value)), (.roomToldWhenAsked, .tryWrite(_, let value)):
            return value < .max && !file.hasRoom(for: value) && file.hasRoom(for: 1)
        default: break
        }
        guard let assignment = file.assignment else { return false }
        switch (self, operation) {
        case (.zeroUnheard, .write(_, 0)), (.zeroUnheard, .tryWrite(_, 0)): return file.count == 0
        case (.counterIsConsumed, .write(_, let value)), (.counterIsConsumed, .tryWrite(_, let value)): return file.hasRoom(for: value)
        case (.counterIsConsumed, .signal): return true
        case (.secondAssignInAnotherMachine, .assign(let machine, _, _)): return machine != assignment.machine
        default: return false
        }
    }

    /// Whether the two results are those that the difference makes.
    func accepts(_ ours: Outcome, _ theirs: Outcome) -> Bool {
        switch self {
        case .counterIsConsumed, .zeroUnheard: ours == .done && theirs == .done
        case .secondAssignInAnotherMachine: ours == .done && theirs == .failed(16)
        case .roomToldWhenAsked: ours == .failed(11) && theirs == .failed(11)
        }
    }
}
