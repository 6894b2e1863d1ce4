// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

final class Controller: InterruptController {
    let edges = Atomic<Int>(0)
    func setInterrupt(_ gsi: GSI, level: Bool) {
        if gsi == 3 { edges.add(1, ordering: .relaxed) }
    }
}

func run() throws -> Bool {
    let controller = Controller()
    let set = IrqfdSet(controller: controller)
    let file = EventFDFile()
    try file.write(1)
    try set.assign(file, gsi: 3)
    do throws(IrqfdError) {
        try set.assign(file, gsi: 4)
        return false
    } catch {
        if error != .resourceBusy { return false }
    }
    let hasMatched = try set.deassign(file, gsi: 3)
    let isMatchedAgain = try set.deassign(file, gsi: 3)
    set.release()
    return hasMatched && !isMatchedAgain && controller.edges.load(ordering: .relaxed) == 2 && file.count == 0
}

if (try? run()) == true { print("ok") } else { exit(1) }
