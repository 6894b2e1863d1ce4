// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration && os(Linux)
    internal import EventFD
    internal import KVMIrqfd
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue

    @Suite("Schedules of descriptors")
    struct DescriptorSchedules {
        @Test("All schedules", arguments: descriptorScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let descriptorScenarios = pollableDescriptors + countersInTheKernel + irqfdsOnDescriptors

    private func lentNumber(of file: EventFDFile) -> Int32 { try! file.withPollableDescriptor { $0 } }

    // MARK: Descriptors that follow a file

    private let pollableDescriptors = [
        Scenario(
            "pollable descriptor: asked for against writes and a read",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile(flags: .nonBlocking)
            run.explore([
                "ask": { _ = lentNumber(of: file) },
                "write and read": {
                    try! file.write(1)
                    _ = try! file.read()
                    try! file.write(1)
                },
            ])
            run.expect(isReadable(lentNumber(of: file)) == (file.count > 0), "the descriptor is not ready as the file is")
            run.observe("count \(file.count)")
        },
        Scenario("pollable descriptor: asked for by two") { run in
            let file = EventFDFile(initialValue: 1)
            let numbers = (Tally(), Tally())
            run.explore([
                "ask": { numbers.0.add(Int(lentNumber(of: file))) },
                "ask too": { numbers.1.add(Int(lentNumber(of: file))) },
            ])
            run.expect(numbers.0.count == numbers.1.count, "one file has two descriptors")
            run.expect(isReadable(Int32(numbers.0.count)), "the descriptor is not ready as the file is")
        },
        Scenario("pollable descriptor: close against signals, and a stranger gets the number") { run in
            let file = EventFDFile()
            let number = lentNumber(of: file)
            let context = ReferenceHolder(try! file.makeContextReference())
            run.explore([
                "close": {
                    try! file.close()
                    let stranger = Stranger()
                    run.expect(stranger.number == number, "the descriptor was not closed with the file")
                    // One more point, so that signals can come after the stranger.
                    _ = file.poll()
                    stranger.expectUntouched(run)
                },
                "signal": { for _ in 1...5 { context.signalOnceMore(run) } },
            ])
            context.put()
        },
        Scenario("pollable descriptor: lent against close") { run in
            let file = EventFDFile(initialValue: 1)
            let looks = Tally()
            run.explore([
                "lend": {
                    let lend = {
                        try file.withPollableDescriptor { number in
                            // A point, so that the close can come here.
                            looks.add()
                            run.expect(isReadable(number), "a descriptor was closed while it was lent")
                        }
                    }
                    for _ in 1...3 { unless(EventFDError.badFileDescriptor, lend, run) }
                },
                "close": { try! file.close() },
            ])
        },
    ]

    // MARK: Counters in the kernel

    private let countersInTheKernel = [
        Scenario("event of a descriptor against close and the last put") { run in
            let counterpart = Counterpart()
            let listener = Listener(run)
            _ = listener.listen(to: counterpart.file)
            let context = ReferenceHolder(try! counterpart.file.makeContextReference())
            run.explore([
                "write": {
                    for _ in 1...3 {
                        counterpart.write(1)
                        counterpart.pass()
                    }
                },
                "close": {
                    try! counterpart.file.close()
                    context.put()
                },
            ])
            listener.expectOneHangup()
            run.expect(EventFDDiagnostics.current.contextsAlive == 0, "a context has outlived its last reference")
            run.observe("inputs \(listener.inputsHeard)")
        },
        Scenario("event of a descriptor against the end, and a stranger gets the number") { run in
            let counterpart = Counterpart()
            let number = lentNumber(of: counterpart.file)
            _ = Listener(run).listen(to: counterpart.file)
            counterpart.write(1)
            run.explore([
                "poller": {
                    counterpart.pass()
                    counterpart.write(1)
                    counterpart.pass()
                },
                "close": {
                    try! counterpart.file.close()
                    let stranger = Stranger()
                    // The thread may have had a reference still, and closes the descriptor in a moment.
                    run.observe(stranger.number == number ? "reused" : "not reused")
                    counterpart.pass()
                    stranger.expectUntouched(run)
                },
            ])
            run.expect(EventFDDiagnostics.current.contextsAlive == 0, "a context has outlived its last reference")
        },
        Scenario("signal through a reference against close, and a stranger gets the number") { run in
            let counterpart = Counterpart()
            let context = ReferenceHolder(try! counterpart.file.makeContextReference())
            run.explore([
                "signal": {
                    for _ in 1...5 { context.signalOnceMore(run) }
                    context.put()
                },
                "close": {
                    try! counterpart.file.close()
                    let stranger = Stranger()
                    counterpart.poller.touchKernel()
                    stranger.expectUntouched(run)
                },
            ])
            run.expect(counterpart.read() == 5, "a signal was lost")
        },
        Scenario("the last of two files against an event, and a new file") { run in
            let counterpart = Counterpart()
            let listener = Listener(run)
            _ = listener.listen(to: counterpart.file)
            run.explore([
                "write": {
                    counterpart.write(1)
                    counterpart.pass(times: 2)
                },
                "close and open": {
                    try! counterpart.file.close()
                    let next = Counterpart()
                    next.write(1)
                    run.expect(next.file.count == 1, "a write was lost")
                    try! next.file.close()
                },
            ])
            listener.expectOneHangup()
        },
        Scenario("a blocking read against a write of the other side") { run in
            let counterpart = Counterpart()
            run.explore([
                "read": {
                    var sum: UInt64 = 0
                    while sum < 3 { sum += try! counterpart.file.read() }
                    run.expect(sum == 3, "a read took what was not written")
                },
                "write": {
                    for _ in 1...3 {
                        counterpart.write(1)
                        counterpart.pass()
                    }
                },
            ])
        },
        Scenario("a blocking read against a write and a close") { run in
            let counterpart = Counterpart()
            run.explore([
                "read": { unless(EventFDError.badFileDescriptor, { run.expect(try counterpart.file.read() == 1, "a wrong value") }, run) },
                "write": {
                    counterpart.write(1)
                    counterpart.pass()
                },
                "close": { try! counterpart.file.close() },
            ])
        },
        Scenario("a blocking write against a read of the other side") { run in
            let counterpart = Counterpart()
            counterpart.write(.max - 1)
            run.explore([
                "write": { for _ in 1...2 { try! counterpart.file.write(1) } },
                "read": {
                    run.expect(counterpart.read() == .max - 1, "a wrong value")
                    counterpart.pass(times: 2)
                },
            ])
            run.expect(counterpart.read() == 2, "a write was lost")
        },
        Scenario("signals without room against a read of the other side") { run in
            let counterpart = Counterpart()
            counterpart.write(.max - 1)
            let context = ReferenceHolder(try! counterpart.file.makeContextReference())
            let taken = Tally()
            run.explore([
                "signal": { for _ in 1...4 { _ = context.signal() } },
                "read": {
                    run.expect(counterpart.read() == .max - 1, "a wrong value")
                    counterpart.pass()
                    taken.add(Int(counterpart.read() ?? 0))
                    counterpart.pass()
                },
            ])
            counterpart.pass(times: 2)
            run.expect(UInt64(taken.count) + (counterpart.read() ?? 0) == 4, "a signal was lost")
            context.put()
        },
    ]

    // MARK: Irqfds

    private let irqfdsOnDescriptors = [
        Scenario("assign against a write of the other side") { run in
            let machine = Machine(run)
            let counterpart = Counterpart()
            let set = machine.makeSet()
            run.explore([
                "assign": { try! set.assign(counterpart.file, gsi: 1) },
                "write": {
                    for _ in 1...3 {
                        machine.announceEvent()
                        counterpart.write(1)
                        counterpart.pass()
                    }
                },
            ])
            counterpart.pass()
            run.settle()
            machine.expectNothingLost()
            machine.expectAtMost(3)
            machine.end(set)
        },
        Scenario("deassign against a write of the other side") { run in
            let machine = Machine(run)
            let counterpart = Counterpart()
            let set = machine.makeSet()
            try! set.assign(counterpart.file, gsi: 1)
            run.explore([
                "deassign": {
                    run.expect(try! set.deassign(counterpart.file, gsi: 1), "deassign has not matched")
                    let calls = machine.expectQuiet()
                    _ = machine.expectQuiet(since: calls)
                },
                "write": {
                    counterpart.write(1)
                    counterpart.pass()
                },
            ])
            machine.end(set)
        },
        Scenario("deassign and assign elsewhere against an event that is heard late") { run in
            let (first, second) = (Machine(run), Machine(run))
            let counterpart = Counterpart()
            let (set, other) = (first.makeSet(), second.makeSet())
            try! set.assign(counterpart.file, gsi: 1)
            run.explore([
                "move": {
                    _ = try! set.deassign(counterpart.file, gsi: 1)
                    try! other.assign(counterpart.file, gsi: 2)
                },
                "write": {
                    counterpart.write(1)
                    counterpart.pass()
                },
            ])
            run.settle()
            // The other side's counter tells which of them the event was for.
            let isDrained = counterpart.file.count == 0
            run.expect(!isDrained || second.interrupts == 0, "what was drained with one irqfd has interrupted another machine")
            run.expect(isDrained || second.interrupts > 0, "an event was lost: no interrupt came after it (I6)")
            first.end(set)
            second.end(other)
        },
        Scenario("close against a write of the other side, with an irqfd") { run in
            let machine = Machine(run)
            let counterpart = Counterpart()
            let set = machine.makeSet()
            try! set.assign(counterpart.file, gsi: 1)
            run.explore([
                "close": { try! counterpart.file.close() },
                "write": {
                    counterpart.write(1)
                    counterpart.pass()
                },
            ])
            run.expect(KVMIrqfdDiagnostics.current.irqfdsAlive == 0, "an irqfd was not freed")
            machine.end(set)
        },
        Scenario("release against a write of the other side") { run in
            let machine = Machine(run)
            let counterpart = Counterpart()
            let set = machine.makeSet()
            try! set.assign(counterpart.file, gsi: 1)
            run.explore([
                "release": {
                    set.release()
                    machine.expectQuietForever()
                },
                "write": {
                    counterpart.write(1)
                    counterpart.pass()
                },
            ])
            machine.end(set)
        },
    ]
#endif
