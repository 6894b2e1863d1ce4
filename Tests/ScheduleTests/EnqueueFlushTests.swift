// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import Workqueue

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #else
        import Darwin
    #endif

    @Suite("Schedules of Workqueue")
    struct WorkqueueScheduleTests {
        // In a process of its own: the threads of other tests are not under control, and share locks (of the registries of
        // live objects) with those that are.
        @Test("Schedule: enqueue against flush: no event is lost, and a flush waits for what was queued")
        func enqueueAgainstFlush() async {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                conclude(Explorer.explore("enqueue against flush", exploredEnqueueAgainstFlush))
            }
            // What the explorer said, for the log, and in full where it failed.
            print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
        }
    }

    /// Says what a search has seen, and ends the process: well only if it has seen everything, which is not little, and nothing wrong.
    private func conclude(_ result: Exploration) {
        print(result.line)
        if let failure = result.failure { print(failure) }
        fflush(nil)
        exit(result.failure == nil && result.isComplete && result.schedules > 50 ? 0 : 1)
    }

    /// Shared by the threads of one schedule; each access is a scheduling point.
    private final class Shared: Sendable {
        let value = AtomicUInt32(0)
        let seen = AtomicUInt32(0)
        let runs = AtomicUInt32(0)
    }

    @Sendable
    private func exploredEnqueueAgainstFlush() -> String? {
        let shared = Shared()
        let queue = SingleThreadWorkqueue(name: "explored")
        let work = Work { _ in
            shared.seen.store(shared.value.load())
            _ = shared.runs.fetchAdd(1)
        }
        var failures: [String] = []
        if queue.enqueue(work) != .queued { failures.append("an idle work was not queued") }
        let other = KernelThread(name: "enqueuer") {
            shared.value.store(1)
            queue.enqueue(work)
        }
        work.flush()
        if shared.runs.load() == 0 { failures.append("flush returned before the work that was queued had run") }
        other.join()
        work.flush()
        if shared.seen.load() != 1 {
            failures.append("the event was lost: an enqueue said that a run was to come, and none saw the value stored before")
        }
        if shared.runs.load() > 2 { failures.append("more runs than enqueues") }
        queue.shutdown()
        return failures.isEmpty ? nil : failures.joined(separator: "; ")
    }
#endif
