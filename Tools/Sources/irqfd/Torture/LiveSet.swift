// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Workqueue

/// A set and its book. The set is dropped when the last thread lets go.
final class LiveSet: Sendable {
    let set: IrqfdSet
    let machine: MachineBook
    let queue: SingleThreadWorkqueue

    init(_ temper: TortureController.Temper, _ arena: Arena, queue: SingleThreadWorkqueue) {
        machine = MachineBook(violations: arena.violations)
        self.queue = queue
        // The set alone keeps the controller.
        set = IrqfdSet(controller: TortureController(machine: machine, temper: temper, arena: arena), injectionQueue: queue)
    }
}
