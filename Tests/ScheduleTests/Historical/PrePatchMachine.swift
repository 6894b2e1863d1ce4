// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer

    /// One machine and its host, for the threads of a scenario.
    @safe
    final class PrePatchMachine: @unchecked Sendable {
        // @unchecked: a scenario frees the machine once; before that what is in it is guarded, or deliberately is not, by its lock.

        private let host: HistoricalHost
        private let kvm: PrePatchKVM.Pointer
        private var isFreed = false

        init(_ run: ScenarioRun, _ repairs: Repairs, looksOnceMore: Bool = false) {
            host = HistoricalHost(run, looksOnceMore: looksOnceMore)
            unsafe kvm = unsafe PrePatchKVM.make(host, repairs)
        }

        var irqfds: Int { Int(host.irqfds.load()) }

        func assign(_ file: EventFDFile) { unsafe try! PrePatchKVM.assign(kvm, file, gsi: 1) }
        func release() { unsafe PrePatchKVM.release(kvm) }

        func free() {
            isFreed = true
            unsafe PrePatchKVM.free(kvm)
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
