// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Workqueue

/// The machines of our side: sets of irqfds, and what records their interrupts.
final class OurMachines {
    private let recorders = (0..<Script.machines).map { _ in LineRecorder() }
    private var sets: [IrqfdSet]
    /// No file of any script: to wait with.
    private let nobody = EventFDFile()

    init() {
        sets = recorders.map { IrqfdSet(controller: $0) }
    }

    func assign(_ machine: Int, _ file: EventFDFile, _ line: UInt32) -> Outcome {
        do throws(IrqfdError) {
            try sets[machine].assign(file, gsi: GSI(rawValue: line))
            return .done
        } catch {
            return .failed(error.errorNumber)
        }
    }

    /// The kernel does not tell whether there was anything to take away; so nor is that compared.
    func deassign(_ machine: Int, _ file: EventFDFile, _ line: UInt32) -> Outcome {
        do throws(IrqfdError) {
            try sets[machine].deassign(file, gsi: GSI(rawValue: line))
            return .done
        } catch {
            return .failed(error.errorNumber)
        }
    }

    /// Takes away again what has just been assigned. False: it was not there.
    func undoAssign(_ machine: Int, _ file: EventFDFile, _ line: UInt32) -> Bool {
        (try? sets[machine].deassign(file, gsi: GSI(rawValue: line))) ?? false
    }

    func release(_ machine: Int) -> Outcome {
        sets[machine].release()
        sets[machine] = IrqfdSet(controller: recorders[machine])
        return .done
    }

    /// Waits until the irqfds of every file that was closed are shut down. (The machines' calls do so themselves.)
    func awaitEnds() {
        // Matches nothing: a barrier.
        _ = try? sets[0].deassign(nobody, gsi: 0)
    }

    /// Waits until every interrupt has arrived.
    func settle() { SingleThreadWorkqueue.system.flush() }

    /// The lines that were raised since the last time, a bit each.
    func takeInterrupts() -> [UInt16] { recorders.map { $0.take() } }

    /// Takes note of an interrupt that only the kernel's side has had.
    func pretendInterrupt(_ machine: Int, _ line: UInt32) { recorders[machine].setInterrupt(GSI(rawValue: line), level: true) }

    func end() {
        for set in sets { set.release() }
    }
}
