// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import ScheduleExplorer

    /// The two defects of the patch as it was posted.
    ///
    /// B1: nobody takes the counter, so what was signalled for one irqfd is still there for the next. The scenario fails only if
    /// one signal has interrupted before the deassign returned, and interrupts once more after the second assign.
    ///
    /// B3: between the activation and the inject for an event that was pending, assign has no lock and no reference. The
    /// scenario has one irqfd, one deassign and no signaller: nothing but that inject uses the irqfd after its activation.
    let asPostedDefects = [
        HistoricalDefect(
            "B1",
            Scenario("as posted, B1: assign again after a deassign") { run in
                let machine = AsPostedMachine(run)
                let file = EventFDFile()
                machine.assign(file, gsi: 1)
                let context = Holder(try! file.makeContextReference())
                let before = Tally()
                run.explore([
                    "reassign": {
                        machine.deassign(file, gsi: 1)
                        for _ in 0..<machine.interrupts { before.add() }
                        run.remark("deassign is done; interrupts: \(before.count)")
                        machine.assign(file, gsi: 1)
                    },
                    "signal": { context.signal() },
                ])
                run.expect(
                    before.count == 0 || machine.interrupts == 1,
                    "one signal, and an interrupt for the first irqfd; the second one found the counter as it was, and interrupted again"
                )
                machine.end()
            },
            finding: ["the second one found the counter as it was"]
        ),
        HistoricalDefect(
            "B3",
            Scenario("as posted, B3: assign against deassign") { run in
                let machine = AsPostedMachine(run)
                let file = EventFDFile(initialValue: 1)
                run.explore([
                    "assign": { machine.assign(file, gsi: 1) },
                    "deassign": { machine.deassign(file, gsi: 1) },
                ])
                machine.end()
            },
            finding: ["irqfd 1's inject was touched after its end, by assign"]
        ),
    ]

    /// What the patch promises: either side may go, at once, and interrupts may be on their way.
    let asPostedPromises = [
        (
            promise: "close against release",
            scenario: Scenario(
                "as posted: close against release",
                fewBecause: "two threads and a worker, and no signal: they meet at three locks, each of which they take once or twice"
            ) { run in
                let machine = AsPostedMachine(run)
                let file = EventFDFile()
                machine.assign(file, gsi: 1)
                run.explore([
                    "close": { try! file.close() },
                    "release": { machine.releaseAndFree(run) },
                ])
                machine.end()
            }
        ),
        (
            promise: "with a signaller",
            scenario: Scenario("as posted: close against release, with a signaller") { run in
                let machine = AsPostedMachine(run)
                let file = EventFDFile()
                machine.assign(file, gsi: 1)
                let context = Holder(try! file.makeContextReference())
                run.explore([
                    "close": { try! file.close() },
                    "release": { machine.releaseAndFree(run) },
                    "signal": { context.signal() },
                ])
                run.expect(machine.interrupts <= 1, "one signal, and \(machine.interrupts) interrupts")
                machine.end()
            }
        ),
    ]
#endif
