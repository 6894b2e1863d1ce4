// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Benchmark
import CFloors
import EventFD

/// Threads that signal one file, held against as many that take a mutex of the C library.
func contention() {
    for threads: UInt32 in [2, 4, 8] {
        row("contention-\(threads)", operations: .one, prepare: OpenFile.init) { open in
            unsafe floors_on_threads(
                threads,
                { context in
                    let open = unsafe Unmanaged<OpenFile>.fromOpaque(context!).takeUnretainedValue()
                    for _ in 0..<signalsOfAThread { open.reference.signal() }
                },
                Unmanaged.passUnretained(open).toOpaque()
            )
        }
        row("contention-\(threads).mutex", operations: .one, prepare: {}) {
            unsafe floors_on_threads(threads, { _ in floors_increment_under_a_mutex(UInt64(signalsOfAThread)) }, nil)
        }
    }
}

/// Enough for the threads' beginning and end not to matter.
private let signalsOfAThread = 50_000
