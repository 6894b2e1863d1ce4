// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    internal import WaitQueue
    internal import Workqueue

    /// Signals against everything else.
    let signalsOfIrqfds = [
        Scenario("signal against signal") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            let signal: @Sendable () -> Void = {
                machine.announceEvent()
                context.signal()
            }
            run.explore([
                "signal": {
                    signal()
                    signal()
                },
                "signal too": signal,
            ])
            machine.expectNothingLost()
            machine.expectAtMost(3)
            machine.end(set)
        },
        Scenario("signal against assign") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "signal": {
                    for _ in 0..<3 {
                        machine.announceEvent()
                        context.signal()
                    }
                },
                "assign": { try! set.assign(file, gsi: 1) },
            ])
            machine.expectNothingLost()
            machine.expectAtMost(4)
            machine.end(set)
        },
        Scenario("signal against close") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "signal": {
                    context.signal()
                    context.signal()
                },
                "close": { try! file.close() },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its eventfd (I5)")
            machine.expectAtMost(2)
            machine.end(set)
        },
        Scenario("signal, then close, against the worker: the last event counts") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "signal and close": {
                    machine.announceEvent()
                    context.signal()
                    try! file.close()
                },
                "signal": { context.signal() },
            ])
            machine.expectNothingLost()
            machine.expectAtMost(2)
            machine.end(set)
        },
        Scenario("signal against deassign") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            let calls = Tally()
            run.explore([
                "signal": {
                    context.signal()
                    context.signal()
                },
                "deassign": {
                    try! set.deassign(file, gsi: 1)
                    for _ in 0..<machine.expectQuiet() { calls.add() }
                },
            ])
            _ = machine.expectQuiet(since: UInt32(calls.count))
            machine.expectAtMost(2)
            machine.end(set)
        },
        Scenario("signal against release") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "signal": { context.signal() },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
            ])
            machine.expectAtMost(1)
            machine.end()
        },
        Scenario("signal and close against release") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "signal and close": {
                    context.signal()
                    try! file.close()
                },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                    run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "release() returned before its irqfd was freed (I1)")
                },
            ])
            machine.expectAtMost(1)
            machine.end()
        },
        Scenario("close against release, with a signaller") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "close": { try! file.close() },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
                "signal": { context.signal() },
            ])
            machine.end()
        },
    ]
#endif
