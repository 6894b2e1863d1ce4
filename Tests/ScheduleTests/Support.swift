// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    /// All scenarios of the package.
    let allScenarios = waitQueueScenarios + eventFDScenarios + workqueueScenarios + kvmIrqfdScenarios

    /// What must be as it was when a run is over.
    @Sendable
    func countWhatIsAlive() -> [String: Int] {
        [
            "wait queue entries": WaitQueueDiagnostics.current.entriesAlive,
            "eventfd contexts": EventFDDiagnostics.current.contextsAlive,
            "eventfd files": EventFDDiagnostics.current.filesAlive,
            "works": WorkqueueDiagnostics.current.worksAlive,
            "queues": WorkqueueDiagnostics.current.queuesAlive,
            "irqfds": KVMIrqfdDiagnostics.current.irqfdsAlive,
            "sets of irqfds": KVMIrqfdDiagnostics.current.setsAlive,
        ]
    }

    func text(_ result: ExitTest.Result?) -> String { String(decoding: result?.standardOutputContent ?? [], as: UTF8.self) }

    /// Explores a scenario in a process of its own, and passes on what it prints.
    ///
    /// A process of its own, because the threads of other tests are not under control and share locks with those that are, and
    /// because a run that fails stops in the middle of something.
    func explore(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) async {
        if let requested = Replay.requested, requested.name != name { return }
        let processor = await Processors.shared.take()
        defer { Processors.shared.giveBack(processor) }
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent], sourceLocation: sourceLocation) {
            [name, processor = processor as Int] in
            let scenario = allScenarios.first { $0.name == name }!
            Explorer.explore(scenario, processor: processor, census: countWhatIsAlive)
        }
        let output = text(result)
        print(output.isEmpty ? "schedules: \(name): FAILURE: the process said nothing" : output, terminator: "")
        let isRight = Replay.requested != nil || output.contains(", complete\n")
        #expect(isRight && !output.contains("FAILURE"), "see the schedule above", sourceLocation: sourceLocation)
    }
#endif
