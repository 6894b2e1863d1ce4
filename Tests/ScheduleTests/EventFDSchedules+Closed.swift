// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Operations that need not sleep hold nothing; what was closed is closed for them too.
    let closesAgainstWhoNeedNotSleep = [
        Scenario("close against reads and writes that do not sleep: what was closed stays closed") { run in
            let file = EventFDFile(initialValue: 2, flags: .semaphore)
            let hangups = Tally()
            let entry = WaitQueueEntry { _, events, _ in
                if events.contains(.hangup) { hangups.add() } else { run.expect(hangups.count == 0, "a file was used after its hang-up") }
                return .woken
            }
            _ = file.poll(PollTable { $0.add(entry) })
            // Keeps the entry on the queue after the end of the file.
            let context = ReferenceHolder(try! file.makeContextReference())
            let closes = Tally()
            run.explore([
                "close": {
                    try! file.close()
                    closes.add()
                },
                "read": {
                    let user = FileUser(file, closes, run)
                    for _ in 1...2 { user.use { _ = try file.tryRead() } }
                },
                "write": {
                    let user = FileUser(file, closes, run)
                    for _ in 1...2 { user.use { try file.tryWrite(1) } }
                },
            ])
            run.expect(hangups.count == 1, "an eventfd has hung up \(hangups.count) times")
            context.put()
        },
        Scenario("close against a context reference, and then a read or a write: what was closed stays closed") { run in
            let file = EventFDFile(initialValue: 3)
            let closes = Tally()
            run.explore([
                "close": {
                    try! file.close()
                    closes.add()
                },
                "use": {
                    let user = FileUser(file, closes, run)
                    // This one holds the file, and the others do not.
                    user.use { try file.makeContextReference().put() }
                    user.use { _ = try file.tryRead() }
                    user.use { try file.tryWrite(1) }
                    user.look()
                },
            ])
        },
    ]

    /// Who notices that a file is open though it has been closed.
    private final class FileUser {
        private let file: EventFDFile
        private let closes: Tally
        private let run: ScenarioRun
        private var isClosed = false

        init(_ file: EventFDFile, _ closes: Tally, _ run: ScenarioRun) { (self.file, self.closes, self.run) = (file, closes, run) }

        func use(_ operation: () throws -> Void) {
            if closes.count == 1 { isClosed = true }
            do {
                try operation()
                run.expect(!isClosed, "an operation got into a closed file")
            } catch {
                run.expect(error as? EventFDError == .badFileDescriptor, "unexpected error: \(error)")
                isClosed = true
            }
        }

        func look() {
            if isClosed { run.expect(file.poll() == .invalid && file.count == 0, "a closed file tells what is ready") }
        }
    }
#endif
