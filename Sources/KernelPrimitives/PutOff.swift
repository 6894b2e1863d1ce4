// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// Foreign code that must not run where a wait queue is locked: dropping a user's object, resuming a task.
///
/// Whoever gives up the thread's last wait queue lock runs what was put off.
package enum PutOff {
    /// One call. The thread's list retains it until it is run.
    @safe
    private final class Call {
        let next: Unmanaged<Call>?
        let body: () -> Void

        init(next: Unmanaged<Call>?, body: @escaping () -> Void) {
            unsafe self.next = unsafe next
            self.body = body
        }
    }

    /// Runs the body now, or when this thread holds no wait queue lock any more.
    package static func call(_ body: @escaping () -> Void) {
        if !ExecutionContext.isAtomic { return body() }
        let thread = unsafe kp_current_thread()
        let call = unsafe Call(next: thread.pointee.put_off_calls.map { unsafe Unmanaged<Call>.fromOpaque($0) }, body: body)
        unsafe thread.pointee.put_off_calls = unsafe Unmanaged.passRetained(call).toOpaque()
        kp_note_put_off()
    }

    /// Runs one; false: there is none.
    package static func runOne() -> Bool {
        let thread = unsafe kp_current_thread()
        guard let first = unsafe thread.pointee.put_off_calls else { return false }
        // Balances the retain above.
        let call = unsafe Unmanaged<Call>.fromOpaque(first).takeRetainedValue()
        unsafe thread.pointee.put_off_calls = unsafe call.next?.toOpaque()
        call.body()
        return true
    }
}
