// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import ScheduleExplorer

    /// The defects of the code before the patch, each alone: without the one repair the scenario fails, with it, it does not.
    private struct PrePatchDefect: Sendable {
        let number: String
        let name: String
        let repairs: Repairs
        let missing: Repairs
        let finding: [String]
        var fewBecause: String?
        let body: @Sendable (ScenarioRun, Repairs) -> Void

        var broken: HistoricalDefect {
            HistoricalDefect(number, Scenario("before the patch, \(number): \(name)") { body($0, repairs) }, finding: finding)
        }

        var repaired: Scenario {
            Scenario("after one repair, \(number): \(name)", fewBecause: fewBecause) { body($0, repairs.union(missing)) }
        }
    }

    /// P7 is missing: that a wake function cannot do all of the clean-up itself, because that sleeps, is misuse that this package reports.
    let prePatchDefects = defects.map(\.broken)
    let prePatchRepaired = defects.map(\.repaired)

    private let defects = [
        // The code as it was. The irqfd is torn down once, by the release, whoever unhooks it: only the wait queue can be gone.
        PrePatchDefect(
            number: "P1",
            name: "close against release",
            repairs: [],
            missing: .contextReference,
            finding: ["by release: wait queue", "was used after the eventfd context has ended"],
            fewBecause: "two threads, no worker: they meet at the word wqh, the wait queue's lock and the count of references",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let file = EventFDFile()
                machine.assign(file)
                run.explore([
                    "close": { try! file.close() },
                    "release": { machine.release() },
                ])
                machine.end()
            }
        ),
        // The context stays, and so does its wait queue: only the release that finds nil, and so waits for nobody, is left.
        PrePatchDefect(
            number: "P2",
            name: "close against release, and the wake function is not at its end",
            repairs: .contextReference,
            missing: .unhooksAlways,
            finding: ["irqfd 1's wqh was touched after its end, by close"],
            fewBecause: "two threads, no worker: they meet at the word wqh, the wait queue's lock and the count of references",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs, looksOnceMore: true)
                let file = EventFDFile()
                machine.assign(file)
                run.explore([
                    "close": { try! file.close() },
                    "release": { machine.release() },
                ])
                machine.end()
            }
        ),
        // One thread and no release: nothing can race. What the close leaves behind is counted.
        PrePatchDefect(
            number: "P3",
            name: "open, assign, close, and again",
            repairs: Repairs.all.subtracting(.shutdown),
            missing: .shutdown,
            finding: ["3 eventfds were opened, assigned and closed, and 3 irqfds are there"],
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                run.explore([
                    "user": {
                        for _ in 0..<3 {
                            let file = EventFDFile()
                            machine.assign(file)
                            try! file.close()
                            run.remark("open, assign, close are done; irqfds: \(machine.irqfds)")
                        }
                    }
                ])
                run.expect(machine.irqfds == 0, "3 eventfds were opened, assigned and closed, and \(machine.irqfds) irqfds are there")
                machine.end()
            }
        ),
        // No release: the shutdown has the irqfd for itself, and of all that it uses only the wait queue is not its own.
        PrePatchDefect(
            number: "P4",
            name: "close, and a shutdown that comes late",
            repairs: Repairs.all.subtracting(.contextReference),
            missing: .contextReference,
            finding: ["by kvm-irqfd-cleanup: wait queue", "was used after the eventfd context has ended"],
            fewBecause: "the shutdown waits for the hang-up's lock, and uses nothing else that the close does but the count of references",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let file = EventFDFile()
                machine.assign(file)
                run.explore(["close": { try! file.close() }])
                run.expect(machine.irqfds == 0, "an irqfd has outlived its eventfd")
                machine.end()
            }
        ),
        // The release frees the machine. It waits if it has found an irqfd; so only a machine that goes during a shutdown is left.
        PrePatchDefect(
            number: "P5",
            name: "signal and close against the release of a machine that goes",
            repairs: Repairs.all.subtracting(.flushesAlways),
            missing: .flushesAlways,
            finding: ["kvm 1's irq_lock was touched after its end, by events"],
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let file = EventFDFile()
                machine.assign(file)
                let context = Holder(try! file.makeContextReference())
                run.explore([
                    "signal and close": {
                        context.signal()
                        try! file.close()
                    },
                    "release": {
                        machine.release()
                        machine.free()
                    },
                ])
                machine.end()
            }
        ),
        // References, queue and flushes are as they should be; so what runs in freed memory is the second run of one shutdown.
        PrePatchDefect(
            number: "P6",
            name: "close against release, and both shut down",
            repairs: Repairs.all.subtracting(.oneDecision),
            missing: .oneDecision,
            finding: ["irqfd 1's shutdown was touched after its end, by kvm-irqfd-cleanup"],
            fewBecause: "two threads and a worker, and no signal: they meet at three locks, each of which they take once or twice",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let file = EventFDFile()
                machine.assign(file)
                run.explore([
                    "close": { try! file.close() },
                    "release": { machine.release() },
                ])
                machine.end()
            }
        ),
        // The patch, but for the queue: the shutdown and the inject that it waits for have one worker.
        PrePatchDefect(
            number: "P8",
            name: "signal against close, with one queue for both works",
            repairs: Repairs.all.subtracting(.ownQueue),
            missing: .ownQueue,
            finding: ["was called from that queue's worker, which would wait for itself"],
            fewBecause:
                "signal and hang-up exclude each other, and the shutdown begins after the one and waits for what the other has queued",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let file = EventFDFile()
                machine.assign(file)
                let context = Holder(try! file.makeContextReference())
                run.explore([
                    "signal": { context.signal() },
                    "close": { try! file.close() },
                ])
                machine.end()
            }
        ),
        // The code as it was, and no hang-up: both eventfds stay open. What is left is the walk. (An irqfd that comes when the walk is
        // over stays: that is not looked at.)
        PrePatchDefect(
            number: "P9",
            name: "assign against release",
            repairs: [],
            missing: .lockedWalk,
            finding: ["has followed a link that an assign is writing"],
            fewBecause:
                "the release holds the list's lock from its beginning to its end: the assign has added its irqfd before, or does so afterwards",
            body: { run, repairs in
                let machine = PrePatchMachine(run, repairs)
                let (file, otherFile) = (EventFDFile(), EventFDFile())
                machine.assign(file)
                run.explore([
                    "assign": { machine.assign(otherFile) },
                    "release": { machine.release() },
                ])
                machine.end()
            }
        ),
    ]
#endif
