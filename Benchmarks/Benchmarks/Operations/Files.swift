// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CFloors
import EventFD

/// A file's own operations.
func files() {
    row("write-read", prepare: { EventFDFile() }) { file in
        for _ in 0..<thousand {
            try file.tryWrite(1)
            _ = try file.tryRead()
        }
    }
    floor("write-read.floor") { floors_lock_pairs(2 * 1000) }

    row("poll", prepare: { EventFDFile() }) { file in for _ in 0..<thousand { _ = file.poll() } }
    floor("poll.floor") { floors_lock_pairs(1000) }

    row("create-close", prepare: {}) { for _ in 0..<thousand { try EventFDFile().close() } }
    row("create-close.floor", prepare: {}) { for _ in 0..<thousand { _ = Outer.make() } }
}
