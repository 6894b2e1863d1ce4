// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    @Suite("Schedules of WaitQueue")
    struct WaitQueueSchedules {
        @Test("All schedules", arguments: waitQueueScenarios.map(\.name))
        func schedules(_ name: String) async { await explore(name) }
    }

    let waitQueueScenarios: [Scenario] = []
#endif
