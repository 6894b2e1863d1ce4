// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue

    @Suite("Schedules of EventFD")
    struct EventFDSchedules {
        @Test("All schedules", arguments: eventFDScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let eventFDScenarios =
        readsAndWrites + eventsInFull + pollsOfEventFDs + closesOfEventFDs + closesAgainstWhoNeedNotSleep + endsOfContexts

    // MARK: Readers and writers

    private let readsAndWrites = [
        Scenario(
            "read against write",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            run.explore([
                "read": {
                    var sum: UInt64 = 0
                    while sum < 3 { sum += try! file.read() }
                    run.expect(sum == 3, "\(sum) was read, and 3 was written")
                },
                "write": {
                    try! file.write(1)
                    try! file.write(2)
                },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario(
            "read against write, a semaphore",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile(flags: .semaphore)
            run.explore([
                "read": {
                    for _ in 1...3 {
                        let value = try! file.read()
                        run.expect(value == 1, "a read of a semaphore took \(value)")
                    }
                },
                "write": {
                    try! file.write(1)
                    try! file.write(2)
                },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario(
            "two readers, one event",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile(initialValue: 7)
            let narrows = Narrows()
            let read: @Sendable () -> Void = {
                let value = try! file.read()
                run.expect(value == 7, "\(value) was read, and 7 was there")
                narrows.pass(run, "two readers have one event")
                try! file.write(value)
            }
            run.explore(["read": read, "read too": read])
            narrows.expectPassages(2, run)
            run.expect(file.count == 7, "an event was lost or read twice: the counter says \(file.count)")
        },
        Scenario("two readers of a semaphore against write") { run in
            let file = EventFDFile(flags: .semaphore)
            let read: @Sendable () -> Void = {
                let value = try! file.read()
                run.expect(value == 1, "a read of a semaphore took \(value)")
            }
            run.explore(["read": read, "read too": read, "write": { try! file.write(2) }])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario(
            "two readers who do not sleep, one event",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile(initialValue: 1)
            let reads = Tally()
            let read: @Sendable () -> Void = {
                for _ in 1...2 { unless(EventFDError.wouldBlock, { reads.add(Int(try file.tryRead())) }, run) }
            }
            run.explore(["read": read, "read too": read])
            run.expect(reads.count == 1, "one event was read \(reads.count) times")
        },
        Scenario("signal against read") { run in
            let file = EventFDFile()
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "read": {
                    var sum: UInt64 = 0
                    while sum < 4 { sum += try! file.read() }
                    run.expect(sum == 4, "\(sum) was read, and 4 was signalled")
                },
                "signal": { for _ in 1...4 { context.signal() } },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
    ]

    // MARK: A counter that is full

    private let eventsInFull = [
        Scenario(
            "write against read when the counter is full",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            try! file.write(.max - 1)
            run.explore([
                "write": { try! file.write(1) },
                "read": {
                    let first = try! file.read()
                    run.expect(first == .max - 1, "a write went through without room")
                    let second = try! file.read()
                    run.expect(second == 1, "\(second) was read, and 1 was written")
                },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario("two writers against read when the counter is full") { run in
            let file = EventFDFile()
            try! file.write(.max - 1)
            let write: @Sendable () -> Void = { try! file.write(1) }
            run.explore([
                "write": write,
                "write too": write,
                "read": { run.expect(try! file.read() == .max - 1, "a write went through without room") },
            ])
            run.expect(file.count == 2, "the counter says \(file.count) after two writes of 1")
        },
        Scenario("signal against read when the counter is full") { run in
            let file = EventFDFile()
            try! file.write(.max - 1)
            let context = ReferenceHolder(try! file.makeContextReference())
            let added = Tally()
            run.explore([
                "signal": { for _ in 1...4 { added.add(Int(context.signal())) } },
                "read": {
                    var extra = try! file.tryRead() - (.max - 1)
                    run.expect(extra <= 1, "the counter went beyond its largest value")
                    for _ in 1...3 { unless(EventFDError.wouldBlock, { extra += try file.tryRead() }, run) }
                    for _ in 0..<extra { added.subtract() }
                },
            ])
            run.expect(added.count == Int(file.count), "a signal has said another number than it added")
            context.put()
        },
    ]

    // MARK: Polling

    /// Registers with a poll and sleeps until it is woken, as an event loop does.
    private final class Poller: Sendable {
        private let parker = Parker()
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        /// Reads until so much has come.
        func read(_ amount: UInt64, from file: EventFDFile) {
            let entry = WaitQueueEntry(mask: [.input, .hangup]) { [self] _, _, _ in
                parker.unpark()
                return .woken
            }
            var sum: UInt64 = 0
            var events = file.poll(PollTable { $0.add(entry) })
            while sum < amount {
                if events.contains(.input) { sum += try! file.tryRead() } else { parker.park("an event") }
                events = file.poll()
            }
            run.expect(sum == amount, "\(sum) was read, and \(amount) was written")
        }
    }

    private let pollsOfEventFDs = [
        Scenario(
            "poll against write",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            let poller = Poller(run)
            run.explore([
                "poll": { poller.read(1, from: file) },
                "write": { try! file.write(1) },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario("poll against signals until all are read") { run in
            let file = EventFDFile()
            let poller = Poller(run)
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "poll": { poller.read(3, from: file) },
                "signal": { for _ in 1...3 { context.signal() } },
            ])
            run.expect(file.count == 0, "what was read is still there")
        },
        Scenario("poll against signal") { run in
            let file = EventFDFile()
            let (listener, other) = (Listener(run), Listener(run))
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "poll": { for listener in [listener, other] { listener.note(listener.listen(to: file)) } },
                "signal": { for _ in 1...4 { context.signal() } },
            ])
            listener.expectNothingMissed(4)
            other.expectNothingMissed(4)
        },
        Scenario("two polls against signal") { run in
            let file = EventFDFile()
            let (listener, other) = (Listener(run), Listener(run))
            let context = Holder(try! file.makeContextReference())
            run.explore([
                "poll": { listener.note(listener.listen(to: file)) },
                "poll too": { other.note(other.listen(to: file)) },
                "signal": { context.signal() },
            ])
            listener.expectNothingMissed(1)
            other.expectNothingMissed(1)
        },
        Scenario(
            "poll against close",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            let listener = Listener(run)
            let isRegistered = Tally()
            run.explore([
                "poll": {
                    _ = file.poll()
                    let events = listener.listen(to: file)
                    run.expect(events == .invalid || events == .output, "a poll has reported \(events.rawValue)")
                    if events != .invalid { isRegistered.add() }
                },
                "close": { try! file.close() },
            ])
            // The poll holds the file, so whoever could register hears the end.
            if isRegistered.count == 1 { listener.expectOneHangup() }
        },
    ]
#endif
