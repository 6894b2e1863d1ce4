// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    @Suite("Schedules of EventFD")
    struct EventFDSchedules {
        @Test("All schedules", arguments: eventFDScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let eventFDScenarios: [Scenario] = []
#endif
