// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// Lets one thread run at a time, and asks a search who that is, before each visible operation.
    ///
    /// There is one in a process that explores. A run that fails ends the process: its threads stand in the middle of something.
    final class Scheduler: @unchecked Sendable {
        // @unchecked: only the thread that has the turn touches the variables; between runs only the exploring thread does.

        private static let stepLimit = 20_000
        private static let hangLimit = Duration.seconds(60)

        @safe @exclusivity(unchecked) var threads: [ControlledThread] = []
        @safe @exclusivity(unchecked) var startedThreads = 0
        @safe @exclusivity(unchecked) var running: ControlledThread
        @safe @exclusivity(unchecked) var search: any Search
        /// The part of a run in which the search decides; before and after it, a thread goes on as long as it can.
        @safe @exclusivity(unchecked) var isExploring = false
        /// Whatever the run can still do has been seen in another order: it is led to its end by any way.
        @safe @exclusivity(unchecked) private(set) var isCutShort = false
        @safe @exclusivity(unchecked) var clock: UInt64 = 1
        @safe @exclusivity(unchecked) var record = Record()
        @safe @exclusivity(unchecked) var digest = TraceDigest()
        /// What was chosen wherever there was a choice: enough to make the run again.
        @safe @exclusivity(unchecked) private(set) var choices: [Int] = []
        @safe @exclusivity(unchecked) var observations: [String] = []
        /// The threads whose meeting is explored; the others are workers.
        @safe @exclusivity(unchecked) var protagonists: [Int] = []
        /// Memory that has ended in this run, and objects, kept so that who touches them is found out.
        @safe @exclusivity(unchecked) var endedMemory: [EndedMemory] = []
        @safe @exclusivity(unchecked) var keptObjects: [AnyObject] = []
        @safe @exclusivity(unchecked) private(set) var points = 0
        @safe @exclusivity(unchecked) private var stepsOfRun = 0
        @safe @exclusivity(unchecked) private var timeoutsLeft = 0
        @safe @exclusivity(unchecked) private var spuriousWakeupsLeft = 0
        private let scenario: Scenario
        private let allEnded = ControlledThread(number: -1)
        private let onFailure: (Scheduler, String) -> Never

        @safe
        struct EndedMemory {
            let start: UnsafeMutableRawPointer
            let size: Int
            let endedBy: String
        }

        var looksInside: Bool { scenario.looksInside }

        init(_ scenario: Scenario, _ search: any Search, onFailure: @escaping (Scheduler, String) -> Never) {
            self.scenario = scenario
            self.search = search
            self.onFailure = onFailure
            running = allEnded
            threads = (0..<Alternative.threadLimit).map(ControlledThread.init(number:))
            for thread in threads {
                // They live as long as the process, and sleep while they have no part.
                KernelThread(name: "explored") { [self] in
                    ScheduleSeam.current = self
                    while true { runOnce(thread) }
                }.detach()
            }
        }

        /// `step`: what the running thread was about to do, to be marked in its column.
        func fail(_ sentence: String, _ step: String? = nil) -> Never {
            if let step { remark("✗ " + step) }
            onFailure(self, sentence)
        }

        // MARK: A run

        func run() {
            for thread in threads { thread.place = .absent }
            startedThreads = 0
            isExploring = false
            isCutShort = false
            clock = 1
            stepsOfRun = 0
            timeoutsLeft = scenario.timeouts
            spuriousWakeupsLeft = scenario.spuriousWakeups
            record.begin()
            digest.begin()
            choices.removeAll(keepingCapacity: true)
            observations = []
            search.begin()
            let run = ScenarioRun(self)
            let root = threads[make(name: "scenario") { [scenario] in scenario.body(run) }]
            running = root
            root.hand()
            if !allEnded.awaitTurn(until: Deadline(after: Scheduler.hangLimit)) {
                fail("the run stands still outside of control; last went \(running.name), before \(running.operation)")
            }
            for memory in endedMemory { unsafe memory.start.deallocate() }
            endedMemory.removeAll(keepingCapacity: true)
            keptObjects.removeAll(keepingCapacity: true)
        }

        /// What a kept thread does in one run.
        private func runOnce(_ thread: ControlledThread) {
            thread.awaitTurn()
            thread.body?()
            // Under control: with it may go the last reference to something.
            thread.body = nil
            stand(thread, .threadEnd, UInt(thread.number), .always, .never)
            thread.place = .ended
            record(.step(.threadEnd, .step), of: thread)
            if threads.allSatisfy({ $0.place == .ended || $0.place == .absent }) {
                allEnded.hand()
            } else {
                handOn(from: thread)
            }
        }

        func make(name: String, _ body: @escaping @Sendable () -> Void) -> Int {
            if startedThreads == Alternative.threadLimit { fail("a scenario is small: at most \(Alternative.threadLimit) threads") }
            let thread = threads[startedThreads]
            startedThreads += 1
            thread.name = name
            thread.body = body
            thread.place = .standing
            thread.operation = .threadStart
            thread.object = UInt(thread.number)
            thread.possibility = .always
            thread.deadline = .never
            thread.joined = nil
            return thread.number
        }

        // MARK: Who goes on

        /// A thread stands before an operation, and goes on when it is chosen.
        func stand(_ own: ControlledThread, _ operation: VisibleOperation, _ object: UInt, _ possibility: Possibility, _ deadline: Deadline)
        {
            own.operation = operation
            own.object = object
            own.possibility = possibility
            own.deadline = deadline
            own.place = .standing
            handOn(from: own)
        }

        /// Returns when `own` has the turn again; a thread that has ended does not wait for it.
        func handOn(from own: ControlledThread) {
            points += 1
            let next = choose(own)
            running = next
            if next === own { return }
            // Asked before: afterwards the next run may have begun.
            let hasEnded = own.place == .ended
            next.hand()
            if !hasEnded { own.awaitTurn() }
        }

        private func choose(_ own: ControlledThread) -> ControlledThread {
            stepsOfRun += 1
            if stepsOfRun > Scheduler.stepLimit { fail("livelock: more than \(Scheduler.stepLimit) steps") }
            // Nobody else can see these two, whenever they happen: no choice.
            if own.operation == .threadEnd, own.place == .standing { return own }
            for thread in threads.prefix(startedThreads) where thread.operation == .threadStart && thread.place == .standing {
                return proceed(thread, .step)
            }
            if !isExploring || isCutShort, own.canGoOn { return proceed(own, .step) }
            let enabled = enabledAlternatives()
            guard let first = enabled.first else { return proceedWithoutSteps() }
            if isExploring, !isCutShort {
                let ownNumber = own.canGoOn ? own.number : nil
                if let chosen = search.choose(enabled, own: ownNumber, depends: depends) {
                    if !enabled.contains(chosen) { fail("the scenario is not repeatable: the same choices have led to another place") }
                    if enabled.count > 1 { choices.append(chosen.index) }
                    return proceed(threads[chosen.thread], chosen.kind)
                }
                isCutShort = true
                if own.canGoOn { return proceed(own, .step) }
            }
            return proceed(threads[first.thread], first.kind)
        }

        private func enabledAlternatives() -> AlternativeSet {
            var enabled = AlternativeSet()
            for thread in threads.prefix(startedThreads) {
                if thread.canGoOn {
                    enabled.insert(Alternative(thread.number))
                } else if isExploring, !isCutShort {
                    if timeoutsLeft > 0, thread.hasTimeout { enabled.insert(Alternative(thread.number, .timeout)) }
                    if spuriousWakeupsLeft > 0, thread.place == .asleep { enabled.insert(Alternative(thread.number, .spuriousWakeup)) }
                }
            }
            return enabled
        }

        /// Nobody can take a step: time passes, or the scenario goes on, or it never will.
        private func proceedWithoutSteps() -> ControlledThread {
            let waiting = threads.prefix(startedThreads)
            if let late = waiting.filter(\.hasTimeout).min(by: { $0.deadline < $1.deadline }) { return proceed(late, .timeout) }
            if let root = waiting.first(where: { $0.place == .awaitingQuiet }) {
                isExploring = false
                root.place = .standing
                return root
            }
            if threads[0].place == .ended { fail("alive at the end: " + whoWaits) }
            fail("deadlock: " + whoWaits)
        }

        private func proceed(_ thread: ControlledThread, _ kind: Alternative.Kind) -> ControlledThread {
            switch kind {
            case .step: break
            case .timeout:
                timeoutsLeft = max(0, timeoutsLeft - 1)
                clock = max(clock, thread.deadline.nanoseconds)
            case .spuriousWakeup: spuriousWakeupsLeft -= 1
            }
            unsafe record(.step(thread.operation, kind), of: thread)
            if isExploring, !isCutShort, thread.operation != .threadStart {
                digest.add(Alternative(thread.number, kind), thread.operation, thread.object)
            }
            return thread
        }

        private func record(_ what: Record.Entry.What, of thread: ControlledThread) {
            record.append(Record.Entry(thread: thread.number, isExplored: isExploring, what: what, object: thread.address, other: 0))
        }

        func remark(_ text: String) {
            record.append(Record.Entry(thread: running.number, isExplored: isExploring, what: .remark(text), object: 0, other: 0))
        }

        private func depends(_ one: Alternative, _ other: Alternative) -> Bool {
            // Time passes for everybody, and the budget for what comes early is one.
            if one.kind != .step && one.kind == other.kind || one.kind == .timeout || other.kind == .timeout { return true }
            return threads[one.thread].dependsOn(threads[other.thread])
        }

        // MARK: The scenario's own calls, on its first thread

        /// Lets all others go as far as they can.
        func awaitQuiet(exploring: Bool) {
            isExploring = exploring
            let root = running
            root.place = .awaitingQuiet
            root.operation = .join
            handOn(from: root)
            isExploring = false
        }
    }
#endif
