// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// The end of a file, by `close()`.
    let closesOfEventFDs = [
        Scenario(
            "close against a read that sleeps",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile(initialValue: 1)
            let listener = Listener(run)
            _ = listener.listen(to: file)
            run.explore([
                "read": {
                    unless(EventFDError.badFileDescriptor, { run.expect(try file.read() == 1, "a read took what was not written") }, run)
                    expectClosed(run) { _ = try file.read() }
                },
                "close": { try! file.close() },
            ])
            listener.expectOneHangup()
        },
        Scenario(
            "close against a write that sleeps",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            try! file.write(.max - 2)
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let writes = Tally()
            run.explore([
                "write": {
                    let write = {
                        try file.write(1)
                        writes.add()
                    }
                    unless(EventFDError.badFileDescriptor, write, run)
                    expectClosed(run, write)
                },
                "close": { try! file.close() },
            ])
            listener.expectOneHangup()
            run.expect(listener.inputsHeard == writes.count, "\(writes.count) writes were heard of \(listener.inputsHeard) times")
        },
        Scenario("close against two reads that sleep") { run in
            let file = EventFDFile()
            let read: @Sendable () -> Void = { expectClosed(run) { _ = try file.read() } }
            let listener = Listener(run)
            _ = listener.listen(to: file)
            run.explore(["read": read, "read too": read, "close": { try! file.close() }])
            listener.expectOneHangup()
        },
        Scenario(
            "write and close against read",
            fewBecause: "a call that need not sleep is one section of the wait queue's lock, and holds nothing"
        ) { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            run.explore([
                "write and close": {
                    try! file.write(1)
                    try! file.close()
                },
                "read": {
                    unless(EventFDError.badFileDescriptor, { run.expect(try file.read() == 1, "a read took what was not written") }, run)
                },
            ])
            listener.expectOneHangup()
            run.expect(listener.inputsHeard == 1, "a write was heard of \(listener.inputsHeard) times")
        },
        Scenario("close against close") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let closes = Tally()
            let close: @Sendable () -> Void = {
                do throws(EventFDError) {
                    try file.close()
                    closes.add()
                } catch {
                    run.expect(error == .badFileDescriptor, "unexpected error: \(error)")
                }
                run.expect(!listener.operate(on: file), "an operation got into a closed file")
            }
            run.explore([
                "close": {
                    _ = listener.operate(on: file)
                    close()
                },
                "close too": close,
            ])
            run.expect(closes.count == 1, "one file was closed \(closes.count) times")
            listener.expectOneHangup()
        },
        Scenario("close against an operation in flight") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            run.explore([
                "operate": {
                    let first = listener.operate(on: file)
                    let second = listener.operate(on: file)
                    run.expect(first || !second, "an operation got into a closed file")
                },
                "close": { try! file.close() },
            ])
            listener.expectOneHangup()
        },
        Scenario("close against two operations in flight") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let operate: @Sendable () -> Void = { _ = listener.operate(on: file) }
            run.explore(["operate": operate, "operate too": operate, "close": { try! file.close() }])
            listener.expectOneHangup()
        },
    ]

    private func expectClosed(_ run: ScenarioRun, _ body: () throws -> Void) {
        do {
            try body()
            run.expect(false, "an operation without anything to do has not slept until the file was closed")
        } catch {
            run.expect(error as? EventFDError == .badFileDescriptor, "unexpected error: \(error)")
        }
    }

    // MARK: Contexts

    /// Contexts outlive their files, and end once.
    let endsOfContexts = [
        Scenario("close against signal through a context reference") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let context = ReferenceHolder(try! file.makeContextReference())
            run.explore([
                "close": { try! file.close() },
                "signal": { for _ in 1...4 { context.signalOnceMore(run) } },
            ])
            listener.expectOneHangup()
            run.expect(listener.inputsHeard == 4, "4 signals were heard of \(listener.inputsHeard) times")
            context.put()
        },
        Scenario("close against the put of the last reference") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let context = ReferenceHolder(try! file.makeContextReference())
            run.explore([
                "close": { try! file.close() },
                "put": {
                    for _ in 1...4 { context.signalOnceMore(run) }
                    context.put()
                },
            ])
            expectEnd(listener, run)
        },
        Scenario("close against put and put") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            let context = ReferenceHolder(try! file.makeContextReference())
            let other = context.duplicate()
            run.explore([
                "close": { try! file.close() },
                "put": {
                    context.signalOnceMore(run)
                    context.put()
                },
                "put too": {
                    other.signalOnceMore(run)
                    other.put()
                },
            ])
            expectEnd(listener, run)
        },
        Scenario("close against a new context reference") { run in
            let file = EventFDFile()
            let listener = Listener(run)
            _ = listener.listen(to: file)
            run.explore([
                "close": { try! file.close() },
                "refer": {
                    unless(
                        EventFDError.badFileDescriptor,
                        {
                            let context = ReferenceHolder(try file.makeContextReference())
                            context.signalOnceMore(run)
                            context.put()
                        },
                        run
                    )
                },
            ])
            expectEnd(listener, run)
        },
        Scenario("the last reference to the file is dropped, against signal") { run in
            let holder = FileHolder(EventFDFile())
            let listener = Listener(run)
            _ = listener.listen(to: holder.file!)
            let context = ReferenceHolder(try! holder.file!.makeContextReference())
            run.explore([
                "drop": { holder.file = nil },
                "signal": {
                    for _ in 1...6 { context.signalOnceMore(run) }
                    context.put()
                },
            ])
            run.expect(EventFDDiagnostics.current.filesAlive == 0, "a file has outlived its last reference")
            expectEnd(listener, run)
        },
    ]

    private func expectEnd(_ listener: Listener, _ run: ScenarioRun) {
        listener.expectOneHangup()
        run.expect(EventFDDiagnostics.current.contextsAlive == 0, "a context has outlived its last reference")
        run.expect(WaitQueueDiagnostics.current.entriesAlive == 0, "a context that has ended keeps an entry")
    }
#endif
