// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer

    /// One machine and its host, for the threads of a scenario.
    @safe
    final class AsPostedMachine: @unchecked Sendable {
        // @unchecked: a scenario frees the machine once; before that everything in it is guarded by its locks.

        private let host: HistoricalHost
        private let kvm: AsPostedKVM.Pointer
        private var isFreed = false

        init(_ run: ScenarioRun) {
            host = HistoricalHost(run)
            unsafe kvm = unsafe AsPostedKVM.make(host)
        }

        var irqfds: Int { Int(host.irqfds.load()) }
        var interrupts: Int { Int(host.interrupts.load()) }

        func assign(_ file: EventFDFile, gsi: Int) { unsafe try! AsPostedKVM.assign(kvm, file, gsi: gsi) }
        func deassign(_ file: EventFDFile, gsi: Int) { unsafe try! AsPostedKVM.deassign(kvm, file, gsi: gsi) }
        func release() { unsafe AsPostedKVM.release(kvm) }

        /// The machine goes: what still uses it is reported.
        func releaseAndFree(_ run: ScenarioRun) {
            release()
            run.expect(irqfds == 0, "the release has returned, and an irqfd is there")
            free()
        }

        private func free() {
            isFreed = true
            unsafe AsPostedKVM.free(kvm)
        }

        /// The last act, outside of what is explored.
        func end() {
            if !isFreed {
                release()
                free()
            }
            host.end()
        }
    }
#endif
