// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import CKernelPrimitives
    package import KernelPrimitives
    internal import Synchronization

    /// What a search has seen.
    package struct Exploration: Sendable {
        package var name: String
        /// Runs to the end, each of another trace.
        package var schedules = 0
        /// Runs given up because whatever they could still do was another order of independent steps seen before.
        package var redundant = 0
        package var isComplete = false
        package var failure: String?

        package var line: String {
            "schedules: \(name): \(schedules) explored, \(redundant) cut short, bound none, \(isComplete ? "complete" : "not complete")"
        }
    }

    /// Visits all schedules of a scenario, real code on real threads: a depth-first search with sleep sets and no bound.
    ///
    /// One thread runs at a time. Before each visible operation it asks here who goes on; the search takes one alternative a
    /// run, and starts the scenario anew for the next. Schedules that differ only in the order of independent steps are
    /// visited once. Timeouts fire only when nothing else can go on.
    package final class Explorer: ScheduleController, @unchecked Sendable {
        // @unchecked: only the thread that has the turn touches the variables; between runs only the searching thread does.

        /// A step at which more than one thread could have gone on, or one.
        private struct Choice {
            var chosen: Int
            let enabled: [Int]
            /// Threads whose next step has been tried here, or need not be.
            var sleeping: Set<Int>
        }

        private static let stepLimit = 20_000
        private static let threadLimit = 16

        /// Made before a run and not changed in it: a thread that has just started finds itself here without having the turn.
        private var allThreads: [ControlledThread] = []
        private var startedThreads = 0
        private var threads: ArraySlice<ControlledThread> { allThreads.prefix(startedThreads) }
        private var running = 0
        private var path: [Choice] = []
        private var depth = 0
        private var sleeping: Set<Int> = []
        private var isCutShort = false
        private var clock: UInt64 = 1
        private var failure: String?
        private var trace: [(thread: Int, operation: VisibleOperation, object: UInt)] = []
        private let allEnded = ControlledThread(number: -1)

        private init() {}

        /// Runs a scenario under every schedule, until one fails.
        ///
        /// It is called once a schedule, on a thread under control, and must end whatever it starts. It says what is wrong, or returns nil.
        package static func explore(_ name: String, limit: Int = 1_000_000, _ scenario: @escaping @Sendable () -> String?) -> Exploration {
            let explorer = Explorer()
            var result = Exploration(name: name)
            repeat {
                explorer.run(scenario)
                if explorer.isCutShort { result.redundant += 1 } else { result.schedules += 1 }
                if let failure = explorer.failure {
                    result.failure = failure + "\n" + explorer.columns
                    return result
                }
                if result.schedules + result.redundant >= limit { return result }
            } while explorer.backtrack()
            result.isComplete = true
            return result
        }

        // MARK: One run

        private func run(_ scenario: @escaping @Sendable () -> String?) {
            allThreads = (0..<Explorer.threadLimit).map(ControlledThread.init(number:))
            startedThreads = 1
            running = 0
            depth = 0
            sleeping = []
            isCutShort = false
            clock = 1
            failure = nil
            trace = []
            let root = KernelThread(name: "scenario") { [self] in
                ScheduleSeam.current = self
                if let message = scenario(), failure == nil { failure = message }
                end(threads[0])
                ScheduleSeam.current = nil
            }
            allEnded.awaitTurn()
            if threads.allSatisfy(\.hasEnded) { root.join() } else { root.detach() }
        }

        /// The next path to take: the deepest choice that has an alternative left.
        private func backtrack() -> Bool {
            while var last = path.popLast() {
                last.sleeping.insert(last.chosen)
                if let next = last.enabled.first(where: { !last.sleeping.contains($0) }) {
                    last.chosen = next
                    path.append(last)
                    return true
                }
            }
            return false
        }

        // MARK: The controller

        package var virtualNow: UInt64 { clock }

        package func reach(_ operation: VisibleOperation, _ object: UnsafeRawPointer, deadline: Deadline?, isEnabled: (() -> Bool)?) {
            stand(operation, UInt(bitPattern: object), deadline, isEnabled)
        }

        package func threadWillStart() -> Int {
            precondition(startedThreads < Explorer.threadLimit, "a scenario is small: at most \(Explorer.threadLimit) threads")
            let thread = allThreads[startedThreads]
            thread.object = UInt(thread.number)
            startedThreads += 1
            return thread.number
        }

        package func threadDidStart(_ thread: Int) {
            allThreads[thread].awaitTurn()
        }

        package func threadWillEnd(_ thread: Int) { end(threads[thread]) }

        package func join(_ thread: Int) {
            let joined = threads[thread]
            stand(.join, UInt(thread), nil) { joined.hasEnded }
        }

        private func end(_ thread: ControlledThread) {
            stand(.threadEnd, UInt(thread.number), nil, nil)
            thread.hasEnded = true
            if threads.allSatisfy(\.hasEnded) {
                allEnded.hand()
            } else {
                _ = handOn(from: nil)
            }
        }

        /// The running thread stands before an operation, and goes on when it is chosen.
        private func stand(_ operation: VisibleOperation, _ object: UInt, _ deadline: Deadline?, _ isEnabled: (() -> Bool)?) {
            let own = threads[running]
            own.operation = operation
            own.object = object
            own.deadline = deadline
            own.isEnabled = isEnabled
            if handOn(from: own) { own.awaitTurn() }
            own.isEnabled = nil
        }

        /// Chooses who goes on; true: somebody else.
        private func handOn(from own: ControlledThread?) -> Bool {
            guard let next = choose(own) else {
                allEnded.hand()
                return true
            }
            trace.append((next.number, next.operation, next.object))
            running = next.number
            if next === own { return false }
            next.hand()
            return true
        }

        // MARK: The search

        private func choose(_ own: ControlledThread?) -> ControlledThread? {
            var enabled = threads.filter(\.canGoOn)
            if enabled.isEmpty,
                let late = threads.filter({ !$0.hasEnded && $0.deadline != nil && $0.deadline != .never }).min(by: {
                    $0.deadline! < $1.deadline!
                })
            {
                clock = max(clock, late.deadline!.nanoseconds)
                enabled = [late]
            }
            if enabled.isEmpty {
                failure = failure ?? "deadlock: nothing can go on"
                return nil
            }
            if trace.count > Explorer.stepLimit {
                failure = failure ?? "livelock: more than \(Explorer.stepLimit) steps"
                return nil
            }
            // A cut-short run is led to its end by any way.
            if isCutShort { return enabled.first { $0 === own } ?? enabled[0] }
            if depth == path.count {
                let candidates = enabled.filter { !sleeping.contains($0.number) }
                guard let candidate = candidates.first(where: { $0 === own }) ?? candidates.first else {
                    isCutShort = true
                    return enabled.first { $0 === own } ?? enabled[0]
                }
                path.append(Choice(chosen: candidate.number, enabled: enabled.map(\.number), sleeping: sleeping))
            }
            let next = threads[path[depth].chosen]
            // Who sleeps goes on sleeping while only independent steps are taken.
            sleeping = path[depth].sleeping.filter { $0 != next.number && !threads[$0].dependsOn(next) }
            depth += 1
            return next
        }

        // MARK: For people

        private var columns: String {
            var names: [UInt: String] = [:]
            return trace.map { step in
                let name = names[step.object] ?? "#\(names.count + 1)"
                names[step.object] = name
                return String(repeating: "                        ", count: step.thread) + "\(step.operation) \(name)"
            }.joined(separator: "\n")
        }
    }
#endif
