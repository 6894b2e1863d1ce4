// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import WaitQueue

    /// Counts what an eventfd's queue tells an entry, and looks at the file's end.
    final class Listener: Sendable {
        private let hangups = Tally()
        private let inputs = Tally()
        private let samples = Tally()
        private let operations = Tally()
        private let run: ScenarioRun

        init(_ run: ScenarioRun) { self.run = run }

        /// Adds an entry to the file's queue, on which it stays.
        func listen(to file: EventFDFile) -> PollEvents { file.poll(table()) }

        private func table() -> PollTable {
            let entry = WaitQueueEntry { [self] _, events, _ in
                if events.contains(.hangup) {
                    run.expect(operations.count == 0, "the hang-up came before an operation in flight had ended")
                    hangups.add()
                } else if events.contains(.input) {
                    inputs.add()
                }
                return .woken
            }
            return PollTable { $0.add(entry) }
        }

        /// An operation that is in flight for a moment; false: the file was closed.
        func operate(on file: EventFDFile) -> Bool {
            do throws(EventFDError) { try file.hold() } catch { return false }
            operations.add()
            operations.subtract()
            file.drop()
            return true
        }

        /// Once all is quiet and the file is gone.
        func expectOneHangup() { run.expect(hangups.count == 1, "an eventfd has hung up \(hangups.count) times") }

        /// What the poll has reported that added the entry.
        func note(_ events: PollEvents) { if events.contains(.input) { samples.add() } }

        /// Once all is quiet: every signal came after the entry was added, or before the sample was taken.
        func expectNothingMissed(_ signals: Int) {
            run.expect(inputs.count == signals || samples.count == 1, "both the entry and the sample have missed a signal")
            run.expect(inputs.count <= signals, "\(signals) signals were told \(inputs.count) times")
        }

        var inputsHeard: Int { inputs.count }
    }
#endif
