// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd

/// A set, and a thousand files that are assigned in it.
final class AssignedFiles {
    let set = IrqfdSet(controller: IdleController())
    let files: [EventFDFile]

    init() throws {
        files = (0..<thousand).map { _ in EventFDFile() }
        for (index, file) in files.enumerated() { try set.assign(file, gsi: GSI(rawValue: UInt32(index))) }
    }
}
