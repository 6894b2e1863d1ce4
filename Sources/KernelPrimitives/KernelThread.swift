// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// A thread with a name, which ends by returning from its body and is joined or detached exactly once.
///
/// The corresponding kernel function is `kthread_run`.
@safe
package final class KernelThread: @unchecked Sendable {
    // @unchecked: `handle` is written before the initialiser returns and only read afterwards.

    package let name: String
    private let handle: UnsafeMutablePointer<kp_thread_handle>
    private let isSettled = Atomic<Bool>(false)

    /// What a new thread takes with it. The thread that starts keeps it alive.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            unsafe name.withCString { unsafe kp_thread_set_name($0) }
            unsafe ThreadReport.shared.begin(kp_current_thread())
            body()
            unsafe ThreadReport.shared.end(kp_current_thread())
        }
    }

    #if ScheduleExploration
        /// A thread of the scheduler's own, and its number there.
        private let controlled: (controller: any ScheduleController, thread: Int)?
    #endif

    /// Starts the thread. The kernel keeps 15 bytes of the name.
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        unsafe handle = .allocate(capacity: 1)
        #if ScheduleExploration
            controlled = ScheduleSeam.current.map { ($0, $0.start(name: name, body)) }
            if controlled != nil { return }
        #endif
        let start = Start(name: name, body: body)
        ThreadReport.shared.expect()
        let error = unsafe kp_thread_start(
            handle,
            { argument in
                // Balances the retain below: the new thread owns its start.
                if let argument = unsafe argument { unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            Unmanaged.passRetained(start).toOpaque()
        )
        if error != 0 { misuse("the thread \"\(name)\" could not be started: error \(error); too many threads, or no memory for a stack") }
    }

    deinit {
        if !isSettled.load(ordering: .relaxed) { misuse("the thread \"\(name)\" was neither joined nor detached") }
        unsafe handle.deallocate()
    }

    /// Waits for the end of the thread.
    ///
    /// The corresponding kernel function is `kthread_stop`.
    package func join() {
        settle("joined")
        #if ScheduleExploration
            if let controlled { return controlled.controller.join(controlled.thread) }
        #endif
        let error = unsafe kp_thread_join(handle.pointee)
        if error != 0 { misuse("the thread \"\(name)\" could not be joined: error \(error); a thread cannot join itself") }
    }

    /// Lets the thread end by itself.
    package func detach() {
        settle("detached")
        #if ScheduleExploration
            if controlled != nil { return }
        #endif
        _ = unsafe kp_thread_detach(handle.pointee)
    }

    private func settle(_ how: StaticString) {
        if isSettled.exchange(true, ordering: .relaxed) { misuse("the thread \"\(name)\" was \(how) after it had been joined or detached") }
    }
}
