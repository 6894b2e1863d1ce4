// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// The threads that this package started, and what each of them waits for: the answer to "why does this hang?".
@safe
package final class ThreadReport: @unchecked Sendable {
    // @unchecked: `threads` is guarded by `guardian`; a record is only read while its thread is listed, and so alive.

    package static let shared = ThreadReport()

    private let guardian = Atomic<Bool>(false)
    @safe
    private struct Listed {
        let record: UnsafeMutablePointer<kp_thread>
        let name: String
    }

    private var threads: [Listed] = []

    func begin(_ thread: UnsafeMutablePointer<kp_thread>) {
        let listed = unsafe Listed(record: thread, name: ExecutionContext.threadName)
        guarded { threads.append(listed) }
    }

    func end(_ thread: UnsafeMutablePointer<kp_thread>) {
        guarded { if let index = threads.firstIndex(where: { unsafe $0.record == thread }) { threads.remove(at: index) } }
    }

    /// One line a thread.
    package func lines() -> [String] {
        var lines: [String] = []
        guarded {
            for listed in threads {
                if let reason = unsafe kp_waits_for(listed.record) {
                    unsafe lines.append("\(listed.name) waits for \(String(cString: reason))")
                } else {
                    lines.append("\(listed.name) runs, or waits for a lock")
                }
            }
        }
        return lines
    }

    private func guarded(_ body: () -> Void) {
        // No checked lock here: reports are made when locks have gone wrong.
        while guardian.exchange(true, ordering: .acquiring) { kp_yield() }
        body()
        guardian.store(false, ordering: .releasing)
    }
}
