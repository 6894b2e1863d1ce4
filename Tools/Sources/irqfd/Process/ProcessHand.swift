// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import Foundation
    import GuestKit

    /// Another process signals, through a descriptor. It is started when there is work for it, and lives until it is killed.
    final class ProcessHand: Hand {
        private struct State: Sendable {
            /// Who takes it out ends it.
            var process: ChildProcess?
            var wire: Wire?
            /// In a round of work nobody else signals and nobody drains: so what the counter has before what the process says it has
            /// signalled stays the same. Known after the first signals.
            var lead: UInt64?
            var isWorking = false
        }

        private let state = Monitor(State())
        private let line: Line
        private let activity: Activity
        private let processes: Processes
        private let failures: Failures
        private let patience: Duration

        init(line: Line, activity: Activity, processes: Processes, failures: Failures, patience: Duration) {
            self.line = line
            self.activity = activity
            self.processes = processes
            self.failures = failures
            self.patience = patience
        }

        // MARK: What the device's thread asks for

        func take(_ outlet: Outlet) -> Bool {
            guard case .wire(let wire) = outlet else { preconditionFailure("a process signals the kernel's counter") }
            let process = state.update { state in
                state.wire = wire
                return state.process
            }
            if let process { introduce(wire, to: process) }
            return true
        }

        func prepare() {
            let (process, wire) = state.update { state in
                state.lead = nil
                state.isWorking = true
                return (state.process, state.wire)
            }
            guard process == nil, let wire else { return }
            activity.enter(.startingProcess, line: line)
            do {
                let process = try ChildProcess(arguments: [DeviceCommand.name])
                processes.countStarted()
                state.update { $0.process = process }
                introduce(wire, to: process)
            } catch {
                failures.add("line \(line.number): a process for its device could not be started: \(error)")
            }
        }

        func send(_ count: Int) -> ContinuousClock.Instant? {
            guard let process = state.read({ $0.process }) else { return nil }
            return converse(with: process) { () throws(SystemCallError) in
                try process.socket.send(DeviceMessage.signal(count: UInt64(count)).bytes)
                switch try process.socket.receive(atMost: patience) {
                case .message(let bytes, _):
                    guard case .signalled(let began, let sum)? = DeviceMessage(bytes: bytes) else {
                        throw SystemCallError("its answer", EPROTO)
                    }
                    compare(sum)
                    return MachineClock.instant(began)
                case .nothing: throw SystemCallError("its answer", ETIMEDOUT)
                case .end: throw SystemCallError("its socket", ECONNRESET)
                }
            }
        }

        func storm(pause: Duration) -> Bool {
            let process = state.update { state in
                state.isWorking = false
                return state.process
            }
            if let process {
                let nanoseconds = UInt64(pause / .nanoseconds(1))
                _ = converse(with: process) { () throws(SystemCallError) in
                    try process.socket.send(DeviceMessage.storm(pause: nanoseconds).bytes)
                }
            }
            return true
        }

        /// The line's book, the file and the process go on with the eventfd.
        func letGo() {
            state.update { $0.wire = nil }
        }

        func quit() {
            guard let process = state.update({ $0.process.take() }) else { return }
            let end = process.end(within: patience)
            if end != .status(0) { failures.add("line \(line.number): its device's process was to end: \(end)") }
        }

        // MARK: What others ask for

        func kill() {
            guard let process = state.update({ $0.process.take() }) else { return }
            let end = process.kill()
            processes.countKilled()
            if end != .signal(SIGKILL) { failures.add("line \(line.number): its device's process was killed, but before that \(end)") }
        }

        // MARK: Conversation

        /// The process has signalled so often, and is silent now: is that what the counter has?
        private func compare(_ sum: UInt64) {
            let now = line.lastSignal &- sum
            let before = state.update { state in
                guard state.isWorking else { return now }
                defer { state.lead = now }
                return state.lead ?? now
            }
            guard now != before else { return }
            failures.add("line \(line.number): the counter has \(Int64(bitPattern: now &- before)) signals more than were sent")
        }

        private func introduce(_ wire: Wire, to process: ChildProcess) {
            _ = converse(with: process) { () throws(SystemCallError) in
                try process.socket.send(DeviceMessage.exchange.bytes, descriptors: [wire.descriptor.number])
            }
        }

        /// What comes of talking to the process. Nil: it is gone, or does not answer; unless somebody has killed it, that is a failure.
        private func converse<R>(with process: ChildProcess, _ body: () throws(SystemCallError) -> R) -> R? {
            do throws(SystemCallError) {
                return try body()
            } catch {
                let isMine = state.update { state in
                    guard state.process === process else { return false }
                    state.process = nil
                    return true
                }
                guard isMine else { return nil }
                let end = process.end(within: .milliseconds(500))
                failures.add("line \(line.number): lost its device's process: \(error); \(end)")
                return nil
            }
        }
    }
#endif
