// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// The invariants of KS §5.2, I1 to I8: what is injected, and what is freed.
@Suite("Invariants of injection and of ends")
struct InvariantTests {
    @Test("I1: after release has returned nothing of the set runs or will run, though signals keep coming")
    func nothingAfterRelease() throws {
        try withWatchdog {
            for round in 0..<60 {
                let ledger = Ledger(lines: 2)
                let queue = SingleThreadWorkqueue(name: "I1")
                let set = IrqfdSet(controller: ledger, injectionQueue: queue)
                let files = [EventFDFile(), EventFDFile()]
                for (line, file) in files.enumerated() { try set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
                let isOver = Gate("enough signals")
                let senders = files.map { file in
                    TestThread("sender") { while !isOver.isOpen { try? file.tryWrite(1) } }
                }
                waitUntil("interrupts come") { ledger.pulses(0) > round % 3 && ledger.pulses(1) > 0 }
                set.release()
                ledger.silence(0)
                ledger.silence(1)
                let pulses = ledger.pulses(0) + ledger.pulses(1)
                for file in files { try? file.tryWrite(1) }
                isOver.open()
                for sender in senders { sender.join() }
                // What could have been scheduled has run now.
                queue.shutdown()
                #expect(ledger.lateCalls == 0)
                #expect(ledger.pulses(0) + ledger.pulses(1) == pulses)
            }
        }
    }

    @Test("I2: after deassign has returned the line is silent, though signals keep coming, and the set's other lines go on")
    func nothingAfterDeassign() throws {
        try withWatchdog {
            let ledger = Ledger(lines: 2)
            let queue = SingleThreadWorkqueue(name: "I2")
            let set = IrqfdSet(controller: ledger, injectionQueue: queue)
            let files = [EventFDFile(), EventFDFile()]
            try set.assign(files[1], gsi: 1)
            let isOver = Gate("enough signals")
            let senders = files.map { file in
                TestThread("sender") { while !isOver.isOpen { try? file.tryWrite(1) } }
            }
            for _ in 0..<150 {
                ledger.hear(0)
                let before = ledger.pulses(0)
                try set.assign(files[0], gsi: 0)
                waitUntil("interrupts come") { ledger.pulses(0) > before }
                #expect(try set.deassign(files[0], gsi: 0))
                ledger.silence(0)
                let pulses = ledger.pulses(0)
                let other = ledger.pulses(1)
                waitUntil("the other line goes on") { ledger.pulses(1) > other + 1 }
                #expect(ledger.pulses(0) == pulses)
            }
            isOver.open()
            for sender in senders { sender.join() }
            set.release()
            queue.shutdown()
            #expect(ledger.lateCalls == 0)
            #expect(ledger.overlappingCalls == 0)
        }
    }

    @Test("I3: one shutdown for each irqfd, whatever mix of hang-up, deassign and release ends it")
    func oneShutdownEach() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = Census()
                let runs = WorkqueueDiagnostics.current.worksRun
                let rounds = 300
                for _ in 0..<rounds {
                    let set = IrqfdSet(controller: RecordingController())
                    let file = EventFDFile()
                    try set.assign(file, gsi: 1)
                    inParallel([
                        ("hang-up", { try? file.close() }),
                        ("deassign", { _ = try? set.deassign(file, gsi: 1) }),
                        ("release", { set.release() }),
                    ])
                }
                #expect(Census().irqfds == before.irqfds)
                #expect(
                    WorkqueueDiagnostics.current.worksRun - runs == UInt64(rounds),
                    "no event was signalled: all that ran were shutdowns"
                )
            }
        }
    }

    @Test("I4: no interrupt is raised after its irqfd's shutdown has passed the flush, and none touches what is gone")
    func noInjectAfterTheFlush() throws {
        try withWatchdog {
            for round in 0..<150 {
                weak var gone: Ledger?
                do {
                    let ledger = Ledger(lines: 1)
                    gone = ledger
                    let set = IrqfdSet(controller: ledger)
                    let file = EventFDFile()
                    let signaller = try Signaller(file)
                    try set.assign(file, gsi: 0)
                    let sender = TestThread("sender") { for _ in 0..<50 { signaller.signal() } }
                    if round % 2 == 0 {
                        try file.close()
                        try waitForShutdowns(set)
                    } else {
                        try set.deassign(file, gsi: 0)
                    }
                    ledger.silence(0)
                    sender.join()
                    set.release()
                    SingleThreadWorkqueue.system.flush()
                    #expect(ledger.lateCalls == 0, "round \(round)")
                }
                waitUntil("the controller is gone") { gone == nil }
            }
        }
    }

    @Test("I5: every irqfd is freed in the end: open, assign, close, very often, in constant memory")
    func everyIrqfdIsFreed() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                #if DEBUG
                    let cycles = 20_000
                #else
                    let cycles = 100_000
                #endif
                let machine = Machine("I5")
                let before = Census()
                for cycle in 1...cycles {
                    let file = EventFDFile()
                    try machine.set.assign(file, gsi: 1)
                    if cycle % 4 == 0 { try file.write(1) }
                    if cycle % 2 == 0 { try file.close() }
                    if cycle % 1000 == 0 {
                        try waitForShutdowns(machine.set)
                        #expect(Census().irqfds == before.irqfds)
                    }
                }
                #expect(machine.controller.calls.count == cycles / 2)
                machine.end()
            }
        }
    }

    @Test("I6: an event that races with the assign is not lost")
    func noEventLostAroundAssign() throws {
        try withWatchdog {
            let ledger = Ledger(lines: 1)
            let set = IrqfdSet(controller: ledger)
            for round in 1...400 {
                let file = EventFDFile()
                let before = ledger.pulses(0)
                inParallel([
                    ("assign", { #expect(throws: Never.self) { try set.assign(file, gsi: 0) } }),
                    ("signal", { #expect(throws: Never.self) { try file.write(1) } }),
                ])
                // It was signalled before or after the hook: either way it is scheduled by now, and the flush inside waits for it.
                try set.deassign(file, gsi: 0)
                let pulses = ledger.pulses(0) - before
                #expect(pulses == 1 || pulses == 2, "round \(round): \(pulses)")
            }
            set.release()
        }
    }

    @Test("I6: an event that was there before the assign is injected once, though a deassign follows at once")
    func pendingEventAgainstDeassign() async {
        await #expect(processExitsWith: .success) {
            inProcessOfItsOwn {
                let ledger = Ledger(lines: 1)
                let set = IrqfdSet(controller: ledger)
                let files = (0..<1000).map { _ in EventFDFile(initialValue: 1) }
                collide(
                    files,
                    { file in try? set.assign(file, gsi: 0) },
                    { file in waitUntil("it is assigned, and deassigned") { (try? set.deassign(file, gsi: 0)) == true } }
                )
                #expect(ledger.pulses(0) == files.count)
                #expect(Census().irqfds == 0)
                set.release()
            }
        }
    }

    @Test("I7: while it is active every signal is followed by an interrupt that begins after it")
    func noEventLostWhileActive() throws {
        try withWatchdog {
            let clock = Counter()
            let lastBegin = Counter()
            let machine = Machine("I7") { _ in lastBegin.store(clock.add()) }
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 1)
            inParallel(3) { _ in
                for _ in 0..<300 {
                    let instant = clock.add()
                    signaller.signal()
                    waitUntil("an interrupt that began after the signal") { lastBegin.current > instant }
                }
            }
            machine.end()
        }
    }

    @Test("I8: there are no more interrupts than signals, and exactly as many when each is awaited")
    func countIsBounded() throws {
        try withWatchdog {
            let machine = Machine("I8")
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 1)
            for round in 1...300 {
                signaller.signal()
                machine.settle()
                if machine.controller.pulses(1) != round {
                    Issue.record("round \(round): \(machine.controller.pulses(1)) pulses")
                    break
                }
            }
            try machine.set.deassign(file, gsi: 1)
            _ = machine.controller.calls.take()
            try machine.set.assign(file, gsi: 2)
            inParallel(3) { _ in
                for _ in 0..<300 { signaller.signal() }
            }
            machine.settle()
            #expect((1...900).contains(machine.controller.pulses(2)))
            machine.end()
        }
    }
}
