// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Workqueue

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// Waiting for ends that nobody has waited for.
enum Barrier {
    /// Takes an eventfd from a set to which it was never assigned: that matches nothing, and waits for all shutdowns that are queued (I20).
    static func wait(_ arena: Arena, _ activity: Activity) {
        activity.enter(.deassigning)
        let live = LiveSet(.prompt, arena, queue: .system)
        do throws(IrqfdError) {
            let hasMatched = try live.set.deassign(EventFDFile(), gsi: arena.nextGSI())
            arena.violations.check(!hasMatched, "deassign matched a file that was never assigned")
        } catch {
            arena.violations.add("deassign of a file that was never assigned: \(error)")
        }
        live.set.release()
    }

    /// Waits until a set that was dropped, and whose irqfds are shut down, has let go of its controller: then it is gone. False: it is not.
    static func waitForController(of machine: MachineBook, _ arena: Arena, _ activity: Activity) -> Bool {
        if machine.hasLostController { return true }
        activity.enter(.awaitingController)
        // Not long again for each of them, once something is wrong.
        let end = ContinuousClock.now + (arena.violations.count == 0 ? .seconds(5) : .milliseconds(100))
        while !machine.hasLostController {
            guard .now < end else {
                arena.violations.add("I5: a set that was dropped is still there after its irqfds were shut down")
                return false
            }
            sched_yield()
        }
        return true
    }
}
