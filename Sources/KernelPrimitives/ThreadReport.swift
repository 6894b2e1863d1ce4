// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// The threads that this package started, and what each of them waits for: the answer to "why does this hang?".
@safe
package final class ThreadReport: @unchecked Sendable {
    // @unchecked: `threads` is guarded by `guardian`; a record is only read while its thread is listed, and so alive.

    package static let shared = ThreadReport()

    private let guardian = GuardianLock()
    @safe
    private struct Listed {
        let record: UnsafeMutablePointer<kp_thread>
        let name: String
    }

    private var threads: [Listed] = []
    /// Threads that were started and have not begun.
    private var starting = 0

    /// A thread is about to be started: the room for it is made by who starts it, so that a thread allocates nothing of its own.
    func expect() {
        guardian.withLock {
            starting += 1
            let needed = threads.count + starting
            if threads.capacity < needed { threads.reserveCapacity(2 * needed) }
        }
    }

    func begin(_ thread: UnsafeMutablePointer<kp_thread>) {
        let listed = unsafe Listed(record: thread, name: ExecutionContext.threadName)
        guardian.withLock {
            starting -= 1
            threads.append(listed)
        }
    }

    func end(_ thread: UnsafeMutablePointer<kp_thread>) {
        guardian.withLock { if let index = threads.firstIndex(where: { unsafe $0.record == thread }) { threads.remove(at: index) } }
    }

    /// The record of the thread that asks, which stays until the thread has ended and was joined.
    package static var currentRecord: UInt { unsafe UInt(bitPattern: kp_current_thread()) }

    /// Whether that thread waits for no more than a moment, for one of the locks that watch the others.
    package static func isInPassing(_ record: UInt) -> Bool {
        guard let thread = unsafe UnsafePointer<kp_thread>(bitPattern: record) else { return false }
        return unsafe kp_waits_for(thread) == GuardianLock.reason
    }

    /// One line a thread.
    package func lines() -> [String] {
        var lines: [String] = []
        guardian.withLock {
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
}
