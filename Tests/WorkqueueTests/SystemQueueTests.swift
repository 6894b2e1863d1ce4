// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

@Suite("The shared system queue")
struct SystemQueueTests {
    @Test("There is one, and it runs works on a worker of its own")
    func oneQueue() {
        withWatchdog {
            let system = SingleThreadWorkqueue.system
            #expect(system === SingleThreadWorkqueue.system)
            let own = currentThreadIdentity()
            let workers = Recorder<(identity: UInt, name: String)>()
            let works = (0..<10).map { _ in Work { _ in workers.append((currentThreadIdentity(), currentThreadName())) } }
            for work in works { #expect(system.enqueue(work) == .queued) }
            for work in works { work.flush() }
            #expect(workers.count == 10)
            #expect(Set(workers.all.map(\.identity)).count == 1)
            #expect(!workers.all.contains { $0.identity == own })
            #expect(workers.all.allSatisfy { $0.name == cut(system.name) })
        }
    }

    @Test("It knows all that other queues know but their end")
    func knowsTheRest() {
        withWatchdog {
            let system = SingleThreadWorkqueue.system
            let runs = Counter()
            let delayed = DelayedWork { _ in runs.add() }
            #expect(system.enqueue(delayed, after: .seconds(3600)) == .queued)
            #expect(delayed.flush())
            let work = Work { _ in runs.add() }
            #expect(system.enqueue(work) == .queued)
            system.flush()
            #expect(runs.current == 2)
            #expect(!work.cancelAndWait())
        }
    }

    @Test("Whoever comes first makes it, once")
    func madeOnce() async {
        await #expect(processExitsWith: .success) {
            inSynchronousCode {
                let queues = Recorder<ObjectIdentifier>()
                let runs = Counter()
                inParallel(4) { _ in
                    let system = SingleThreadWorkqueue.system
                    queues.append(ObjectIdentifier(system))
                    let work = Work { _ in runs.add() }
                    system.enqueue(work)
                    work.flush()
                }
                #expect(Set(queues.all).count == 1)
                #expect(runs.current == 4)
            }
        }
    }
}
