// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Workqueue

/// Runs the body in a work of a queue with this name, and waits for an end that must not come.
private func onWorker(_ name: String, _ body: @escaping @Sendable (SingleThreadWorkqueue, Work) -> Void) {
    inSynchronousCode {
        let queue = SingleThreadWorkqueue(name: name)
        let ended = Gate("the function has returned")
        queue.enqueue(
            Work { work in
                body(queue, work)
                ended.open()
            }
        )
        ended.wait()
    }
}

/// Two works, one on each queue, that meet, and then make the two calls.
private func crosswise(
    _ first: @escaping @Sendable (SingleThreadWorkqueue, Work) -> Void,
    _ second: @escaping @Sendable (SingleThreadWorkqueue, Work) -> Void
) {
    inSynchronousCode {
        let queues = [SingleThreadWorkqueue(name: "queue-left"), SingleThreadWorkqueue(name: "queue-right")]
        let meeting = StartGate(2)
        let ended = Recorder<Int>()
        let own = Guarded<[Work]>([])
        let works = [first, second].enumerated().map { index, call in
            Work { _ in
                meeting.wait()
                call(queues[1 - index], own.current[1 - index])
                ended.append(index)
            }
        }
        own.withLock { $0 = works }
        for (queue, work) in zip(queues, works) { queue.enqueue(work) }
        ended.wait(forCount: 2)
    }
}

@Suite("A worker that would wait for itself (KS §3.8)")
struct SelfWaitMisuseTests {
    @Test("flush() of the queue \"NAME\" was called from its own worker")
    func flushOfTheOwnQueue() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-flush") { queue, _ in queue.flush() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("flush() of the queue \"self-flush\" was called from its own worker"))
    }

    @Test("drain() of the queue \"NAME\" was called from its own worker")
    func drainOfTheOwnQueue() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-drain") { queue, _ in queue.drain() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("drain() of the queue \"self-drain\" was called from its own worker"))
    }

    @Test("shutdown() of the queue \"NAME\" was called from its own worker")
    func shutdownOfTheOwnQueue() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-shutdown") { queue, _ in queue.shutdown() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("shutdown() of the queue \"self-shutdown\" was called from its own worker"))
    }

    @Test("flush() of a work that runs on the queue \"NAME\" was called from that queue's worker")
    func flushOfTheRunningWork() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-running") { _, work in work.flush() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("flush() of a work that runs on, or is pending on, the queue \"self-running\""))
        #expect(sentence.contains("was called from that queue's worker"))
    }

    @Test("flush() of a work that is pending on the queue \"NAME\" was called from that queue's worker")
    func flushOfAWorkBehind() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-behind") { queue, _ in
                let behind = Work { _ in }
                queue.enqueue(behind)
                behind.flush()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("flush() of a work that runs on, or is pending on, the queue \"self-behind\""))
    }

    @Test("The same of an armed delayed work, which a flush enqueues")
    func flushOfAnArmedWork() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-armed") { queue, _ in
                let armed = DelayedWork { _ in }
                queue.enqueue(armed, after: .seconds(3600))
                armed.flush()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("the queue \"self-armed\""))
        #expect(sentence.contains("was called from that queue's worker"))
    }

    @Test("cancelAndWait() of a work was called from its own function on the queue \"NAME\"")
    func cancelAndWaitOfItself() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            onWorker("self-cancel") { _, work in work.cancelAndWait() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("cancelAndWait() of a work was called from its own function on the queue \"self-cancel\""))
    }

    @Test("The same of a delayed work")
    func cancelAndWaitOfADelayedWork() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let queue = SingleThreadWorkqueue(name: "self-delayed")
                let ended = Gate("the function has returned")
                let work = DelayedWork { work in
                    work.cancelAndWait()
                    ended.open()
                }
                queue.enqueue(work, after: .milliseconds(1))
                ended.wait()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("was called from its own function on the queue \"self-delayed\""))
    }
}

@Suite("Other misuse of queues and works")
struct WorkqueueMisuseTests {
    @Test("the system queue cannot be shut down")
    func systemQueueShutdown() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode { SingleThreadWorkqueue.system.shutdown() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("the system queue cannot be shut down"))
    }

    @Test("the system queue cannot be drained")
    func systemQueueDrain() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode { SingleThreadWorkqueue.system.drain() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("the system queue cannot be drained"))
    }

    @Test("reschedule(after:) of a delayed work that was never enqueued")
    func rescheduleOfTheNeverEnqueued() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode { _ = DelayedWork { _ in }.reschedule(after: .zero) }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("reschedule(after:)"))
        #expect(sentence.contains("enqueue"))
    }

    #if DEBUG
        @Test("Debug builds: queues wait for each other, each named")
        func circleOfTwo() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                crosswise({ queue, _ in queue.flush() }, { queue, _ in queue.flush() })
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("queues wait for each other"))
            #expect(sentence.contains("\"queue-left\"") && sentence.contains("\"queue-right\""))
        }

        @Test("Debug builds: the same by way of a work, and of cancelAndWait")
        func circleByWayOfAWork() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                crosswise({ _, work in work.flush() }, { _, work in work.cancelAndWait() })
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("queues wait for each other"))
            #expect(sentence.contains("\"queue-left\"") && sentence.contains("\"queue-right\""))
        }

        @Test("Debug builds: the same by way of drain and shutdown")
        func circleByWayOfShutdown() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                crosswise({ queue, _ in queue.drain() }, { queue, _ in queue.shutdown() })
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("queues wait for each other"))
        }

        @Test("Debug builds: waiting one for the other, without a circle, is nothing to report")
        func noCircle() {
            withWatchdog {
                let queues = (0..<3).map { SingleThreadWorkqueue(name: "row-\($0)") }
                let ran = Counter()
                let last = Work { _ in ran.add() }
                let middle = Work { _ in
                    queues[2].enqueue(last)
                    last.flush()
                    ran.add()
                }
                for _ in 0..<50 {
                    let first = Work { _ in
                        queues[1].enqueue(middle)
                        queues[1].flush()
                    }
                    queues[0].enqueue(first)
                    first.flush()
                    queues[2].flush()
                }
                #expect(ran.current == 100)
                for queue in queues { queue.shutdown() }
            }
        }
    #endif
}
