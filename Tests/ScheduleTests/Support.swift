// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    /// All scenarios of the package.
    let allScenarios =
        kernelPrimitivesScenarios + waitQueueScenarios + eventFDScenarios + workqueueScenarios + kvmIrqfdScenarios + scenariosOfDescriptors

    #if os(Linux)
        private let scenariosOfDescriptors = descriptorScenarios
    #else
        private let scenariosOfDescriptors: [Scenario] = []
    #endif

    /// What must be as it was when a run is over.
    @Sendable
    func countWhatIsAlive() -> [String: Int] {
        [
            "wait queues": WaitQueueDiagnostics.current.headsAlive,
            "wait queue entries": WaitQueueDiagnostics.current.entriesAlive,
            "eventfd contexts": EventFDDiagnostics.current.contextsAlive,
            "eventfd files": EventFDDiagnostics.current.filesAlive,
            "descriptors": EventFDDiagnostics.current.descriptorsOpen,
            "works": WorkqueueDiagnostics.current.worksAlive,
            "queues": WorkqueueDiagnostics.current.queuesAlive,
            "irqfds": KVMIrqfdDiagnostics.current.irqfdsAlive,
            "sets of irqfds": KVMIrqfdDiagnostics.current.setsAlive,
        ]
    }

    func text(_ result: ExitTest.Result?) -> String { String(decoding: result?.standardOutputContent ?? [], as: UTF8.self) }

    /// Explores a scenario in a process of its own, and passes on what it prints. False: it failed, or another one is asked for.
    @discardableResult
    func explore(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) async -> Bool {
        guard let output = await outputOfExploration(of: name, sourceLocation: sourceLocation) else { return false }
        print(output, terminator: "")
        let isRight = (Replay.requested != nil || output.contains(", complete\n")) && !output.contains("FAILURE")
        #expect(isRight, "see the schedule above", sourceLocation: sourceLocation)
        return isRight
    }

    /// Explores a scenario in a process of its own. Nil: another one is asked for.
    ///
    /// A process of its own, because the threads of other tests are not under control and share locks with those that are, and
    /// because a run that fails stops in the middle of something.
    func outputOfExploration(of name: String, sourceLocation: SourceLocation) async -> String? {
        if let requested = Replay.requested, requested.name != name { return nil }
        let processor = await Processors.shared.take()
        defer { Processors.shared.giveBack(processor) }
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent], sourceLocation: sourceLocation) {
            [name, processor = processor as Int] in
            let scenario = (allScenarios + historicalScenarios).first { $0.name == name }!
            Explorer.explore(scenario, processor: processor, census: countWhatIsAlive)
        }
        let output = text(result)
        return output.isEmpty ? "schedules: \(name): FAILURE: the process said nothing\n" : output
    }
#endif
