// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    import Testing
    internal import Workqueue

    @Suite("Schedules of Workqueue", .serialized)
    struct WorkqueueScheduleTests {
        /// Shared by the threads of one schedule; each access is a scheduling point.
        private final class Shared: Sendable {
            let value = AtomicUInt32(0)
            let seen = AtomicUInt32(0)
            let runs = AtomicUInt32(0)
        }

        @Test("Schedule: enqueue against flush: no event is lost, and a flush waits for what was queued")
        func enqueueAgainstFlush() {
            let result = Explorer.explore("enqueue against flush") {
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
            print(result.line)
            #expect(result.failure == nil, "\(result.failure ?? "")")
            #expect(result.isComplete)
            #expect(result.schedules > 50)
        }
    }
#endif
