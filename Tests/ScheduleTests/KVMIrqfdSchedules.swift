// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    @Suite("Schedules of KVMIrqfd")
    struct KVMIrqfdSchedules {
        @Test("All schedules", arguments: kvmIrqfdScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let kvmIrqfdScenarios = endsOfIrqfds + assignsOfIrqfds + signalsOfIrqfds + setsOfIrqfds

    // MARK: One end against another

    /// Both sides part at once: each irqfd is shut down once, and whoever waits has waited for that.
    private let endsOfIrqfds = [
        Scenario("close against release") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            run.explore([
                "close": { try! file.close() },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                    run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "release() returned before its irqfd was freed")
                },
            ])
            machine.end(set)
        },
        Scenario("close against deassign") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            run.explore([
                "close": { try! file.close() },
                "deassign": {
                    unless(IrqfdError.badFileDescriptor, { try set.deassign(file, gsi: 1) }, run)
                    _ = machine.expectQuiet()
                },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its eventfd (I5)")
            machine.end(set)
        },
        Scenario("deassign against deassign") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let matches = Tally()
            let deassign: @Sendable () -> Void = {
                if try! set.deassign(file, gsi: 1) { matches.add() }
                run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "deassign() returned before the irqfd was freed (I20)")
            }
            run.explore(["deassign": deassign, "deassign too": deassign])
            run.expect(matches.count == 1, "\(matches.count) calls have deassigned one irqfd (I3)")
            machine.end(set)
        },
        Scenario("deassign against release") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            run.explore([
                "deassign": { unless(IrqfdError.released, { try set.deassign(file, gsi: 1) }, run) },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
            ])
            machine.end()
        },
        Scenario("release against release") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let release: @Sendable () -> Void = {
                set.release()
                run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "release() returned before its irqfd was freed (I1)")
            }
            run.explore(["release": release, "release too": release])
            machine.expectQuietForever()
            machine.end()
        },
    ]

    // MARK: An assign against an end

    private let assignsOfIrqfds = [
        Scenario("close against assign") { run in
            let machine = Machine(run)
            let file = EventFDFile(initialValue: 1)
            let set = machine.makeSet()
            run.explore([
                "close": { try! file.close() },
                "assign": { unless(IrqfdError.badFileDescriptor, { try set.assign(file, gsi: 1) }, run) },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd has outlived its eventfd (I5)")
            machine.expectAtMost(1)
            machine.end(set)
        },
        Scenario("release against assign") { run in
            let machine = Machine(run)
            let file = EventFDFile(initialValue: 1)
            let set = machine.makeSet()
            run.explore([
                "assign": { unless(IrqfdError.released, { try set.assign(file, gsi: 1) }, run) },
                "release": {
                    set.release()
                    machine.expectQuietForever()
                    run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "release() returned, and an irqfd is there (I1)")
                },
            ])
            machine.end()
        },
        Scenario("deassign against assign") { run in
            let machine = Machine(run)
            let file = EventFDFile(initialValue: 1)
            let set = machine.makeSet()
            let matches = Tally()
            run.explore([
                "assign": { try! set.assign(file, gsi: 1) },
                "deassign": { if try! set.deassign(file, gsi: 1) { matches.add() } },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 1 - matches.count, "assigned, deassigned, and not gone")
            if matches.count == 0 { run.expect(machine.interrupts == 1, "the event that was pending was lost (I6)") }
            machine.end(set)
        },
        Scenario("assign against assign of one eventfd") { run in
            let machine = Machine(run)
            let file = EventFDFile()
            let set = machine.makeSet()
            let refusals = Tally()
            let assign: @Sendable () -> Void = {
                do throws(IrqfdError) { try set.assign(file, gsi: 1) } catch {
                    run.expect(error == .resourceBusy, "unexpected error: \(error)")
                    refusals.add()
                }
            }
            run.explore(["assign": assign, "assign too": assign])
            run.expect(refusals.count == 1, "\(refusals.count) of two assigns were refused")
            machine.end(set)
        },
        Scenario(
            "a semaphore: read against deassign",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let machine = Machine(run)
            let file = EventFDFile(initialValue: 1, flags: [.semaphore, .nonBlocking])
            let set = machine.makeSet()
            try! set.assign(file, gsi: 1)
            let taken = Tally()
            run.explore([
                "read": { if (try? file.tryRead()) == 1 { taken.add() } },
                "deassign": { try! set.deassign(file, gsi: 1) },
            ])
            run.expect(file.count == 0, "the counter is \(file.count) after a read and an unhooking have emptied it")
            run.expect(taken.count <= 1, "one event was read twice")
            machine.expectAtMost(1)
            machine.end(set)
        },
        Scenario("assign again after a deassign: the old event interrupts no more") { run in
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
                "reassign": {
                    let before = context.signals
                    try! set.deassign(file, gsi: 1)
                    let calls = machine.expectQuiet()
                    try! set.assign(file, gsi: 1)
                    // What was signalled for the first irqfd was its own; only a signal after its end may interrupt again.
                    if before == 2 { _ = machine.expectQuiet(since: calls) }
                },
            ])
            machine.expectAtMost(2)
            machine.end(set)
        },
    ]
#endif
