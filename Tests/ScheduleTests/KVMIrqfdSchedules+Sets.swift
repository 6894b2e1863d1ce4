// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// More than one set, or more than one eventfd.
    let setsOfIrqfds = [
        Scenario("two sets on one eventfd: close against release of one") { run in
            let machine = Machine(run)
            let other = Machine(run, queue: machine.queue)
            let file = EventFDFile()
            let set = machine.makeSet()
            let otherSet = other.makeSet()
            try! set.assign(file, gsi: 1)
            try! otherSet.assign(file, gsi: 2)
            run.explore([
                "close": { try! file.close() },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its eventfd (I5)")
            otherSet.release()
            machine.end(set)
        },
        Scenario("two sets on one eventfd, released at once") { run in
            let machine = Machine(run)
            let other = Machine(run, queue: machine.queue)
            let file = EventFDFile()
            let set = machine.makeSet()
            let otherSet = other.makeSet()
            try! set.assign(file, gsi: 1)
            try! otherSet.assign(file, gsi: 2)
            run.explore([
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
                "release the other": {
                    otherSet.release()
                    other.expectQuietForever()
                },
            ])
            machine.end()
        },
        Scenario("two sets with an eventfd each, released at once") { run in
            let machine = Machine(run)
            let other = Machine(run, queue: machine.queue)
            let (file, otherFile) = (EventFDFile(), EventFDFile())
            let set = machine.makeSet()
            let otherSet = other.makeSet()
            try! set.assign(file, gsi: 1)
            try! otherSet.assign(otherFile, gsi: 2)
            run.explore([
                "release": { set.release() },
                "release the other": { otherSet.release() },
            ])
            machine.end()
        },
        Scenario("two eventfds in one set: close of one against release") { run in
            let machine = Machine(run)
            let (file, otherFile) = (EventFDFile(), EventFDFile())
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            try! set.assign(otherFile, gsi: 2)
            run.explore([
                "close": { try! file.close() },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
            ])
            machine.end()
        },
        Scenario(
            "two eventfds in one set: close against close",
            fewBecause: "the two closes meet at irqfds.lock and on the cleanup queue only"
        ) { run in
            let machine = Machine(run)
            let (file, otherFile) = (EventFDFile(), EventFDFile())
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            try! set.assign(otherFile, gsi: 2)
            run.explore([
                "close": { try! file.close() },
                "close the other": { try! otherFile.close() },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its eventfd (I5)")
            machine.end(set)
        },
        Scenario("the last set goes while a new one comes") { run in
            let machine = Machine(run)
            let other = Machine(run, queue: machine.queue)
            let (file, otherFile) = (EventFDFile(), EventFDFile())
            let set = machine.makeSet()
            let otherSet = other.makeSet()
            try! set.assign(file, gsi: 1)
            run.explore([
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
                "assign elsewhere": {
                    try! otherSet.assign(otherFile, gsi: 2)
                    otherSet.release()
                },
            ])
            machine.end()
        },
        Scenario(
            "a set dropped without release, against close",
            fewBecause: "a close that is alone is one section of the wait queue's lock"
        ) { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let holder = SetHolder(machine.makeSet())
            try! holder.set!.assign(file, gsi: 1)
            run.explore([
                "drop": { holder.set = nil },
                "close": { try! file.close() },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its set")
            run.expect(KVMIrqfdDiagnostics.current.setsAlive == 0, "a set has outlived its last reference")
            machine.end()
        },
    ]

    private final class SetHolder: @unchecked Sendable {
        // @unchecked: one thread of the scenario takes it.
        var set: IrqfdSet?
        init(_ set: IrqfdSet) { self.set = set }
    }
#endif
