// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// Runs a synchronous body, which makes the blocking calls, under a watchdog.
private func inSynchronousCode(_ name: String = #function, _ body: () -> Void) { withWatchdog(name) { body() } }

/// Makes the call in the interrupt of a set, on its injection worker.
private func inInterrupt(_ queue: SingleThreadWorkqueue, _ call: @escaping @Sendable (IrqfdSet, EventFDFile) -> Void) {
    inSynchronousCode {
        let file = EventFDFile()
        let owner = Guarded<IrqfdSet?>(nil)
        let ended = Gate("the interrupt has returned")
        let controller = RecordingController { _ in
            if let set = owner.current { call(set, file) }
            ended.open()
        }
        let set = IrqfdSet(controller: controller, injectionQueue: queue)
        owner.withLock { $0 = set }
        try? set.assign(file, gsi: 1)
        try? file.write(1)
        ended.wait()
    }
}

/// Makes the call in a wake function.
private func inWakeFunction(_ call: @escaping @Sendable () -> Void) {
    inSynchronousCode {
        let head = WaitQueueHead()
        let entry = WaitQueueEntry { _, _, _ in
            call()
            return .notWoken
        }
        head.add(entry)
        head.wake()
    }
}

/// Makes the call with the lock of a wait queue held.
private func underALock(_ call: @escaping @Sendable () -> Void) {
    inSynchronousCode { WaitQueueHead().withLock { _ in call() } }
}

/// A controller whose end calls something.
private final class EndingController: InterruptController {
    private let token: Token
    init(atEnd: @escaping @Sendable () -> Void) { token = Token(atEnd: atEnd) }
    func setInterrupt(_ gsi: GSI, level: Bool) { token.use() }
}

@Suite("A worker on which a release or deassign would wait for itself")
struct IrqfdWorkerMisuseTests {
    @Test("IrqfdSet.release() was called from the worker of the queue \"NAME\": the injection queue")
    func releaseInTheInterrupt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inInterrupt(SingleThreadWorkqueue(name: "inject-release")) { set, _ in set.release() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() was called from the worker of the queue \"inject-release\""))
    }

    @Test("IrqfdSet.deassign(_:gsi:) was called from the worker of the queue \"NAME\": the injection queue")
    func deassignInTheInterrupt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inInterrupt(SingleThreadWorkqueue(name: "inject-deassign")) { set, file in _ = try? set.deassign(file, gsi: 1) }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.deassign(_:gsi:) was called from the worker of the queue \"inject-deassign\""))
    }

    @Test("The same on the system queue, by a work that has nothing to do with the set")
    func releaseOnTheSystemQueue() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let set = IrqfdSet(controller: RecordingController())
                let file = EventFDFile()
                try? set.assign(file, gsi: 1)
                let work = Work { _ in set.release() }
                SingleThreadWorkqueue.system.enqueue(work)
                work.flush()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() was called from the worker of the queue \"events\""))
    }

    @Test("The same of another set than the one that injects there")
    func releaseOfAnotherSet() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let other = IrqfdSet(controller: RecordingController())
            inInterrupt(SingleThreadWorkqueue(name: "inject-other")) { _, _ in other.release() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() was called from the worker of the queue \"inject-other\""))
    }

    @Test("The same on the cleanup worker, where a forgotten set's controller ends")
    func releaseOnTheCleanupWorker() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let ended = Gate("the controller has ended")
                let other = IrqfdSet(controller: RecordingController())
                let file = EventFDFile()
                // Until the set is dropped: then the irqfd has the last reference to the controller.
                let cleanup = try? HeldCleanup("drop-hold")
                do {
                    let set = IrqfdSet(
                        controller: EndingController {
                            other.release()
                            ended.open()
                        }
                    )
                    try? set.assign(file, gsi: 1)
                }
                cleanup?.letGo()
                ended.wait()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() was called from the worker of the queue \"kvm-irqfd-cleanup\""))
    }
}

@Suite("An injection queue that ends too early")
struct InjectionQueueMisuseTests {
    @Test("shutdown() of the queue \"NAME\", which injects for IrqfdSet N")
    func shutdown() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let queue = SingleThreadWorkqueue(name: "still-injects")
                let set = IrqfdSet(controller: RecordingController(), injectionQueue: queue)
                let file = EventFDFile()
                try? set.assign(file, gsi: 1)
                queue.shutdown()
                set.release()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("shutdown() of the queue \"still-injects\", which injects for IrqfdSet "))
        #expect(sentence.contains("release()"), "it says what should have been called first")
    }

    @Test("drain() of the queue \"NAME\", which injects for IrqfdSet N")
    func drain() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            inSynchronousCode {
                let queue = SingleThreadWorkqueue(name: "drain-injects")
                let set = IrqfdSet(controller: RecordingController(), injectionQueue: queue)
                queue.drain()
                set.release()
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("drain() of the queue \"drain-injects\", which injects for IrqfdSet "))
    }
}

@Suite("Calls that may sleep, where nobody may")
struct AtomicContextMisuseTests {
    @Test("IrqfdSet.assign(_:gsi:) in a wake function")
    func assign() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = IrqfdSet(controller: RecordingController())
            let file = EventFDFile()
            inWakeFunction { try? set.assign(file, gsi: 1) }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.assign(_:gsi:) may sleep"))
    }

    @Test("IrqfdSet.deassign(_:gsi:) in a wake function")
    func deassign() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = IrqfdSet(controller: RecordingController())
            let file = EventFDFile()
            inWakeFunction { _ = try? set.deassign(file, gsi: 1) }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.deassign(_:gsi:) may sleep"))
    }

    @Test("IrqfdSet.release() in a wake function")
    func release() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = IrqfdSet(controller: RecordingController())
            inWakeFunction { set.release() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() may sleep"))
    }

    @Test("IrqfdSet.release() under a wait queue's lock")
    func releaseUnderALock() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = IrqfdSet(controller: RecordingController())
            underALock { set.release() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("IrqfdSet.release() may sleep"))
    }

    @Test("Work.flush() in a wake function, of an idle work too")
    func workFlush() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let work = Work { _ in }
            inWakeFunction { work.flush() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("Work.flush() may sleep"))
    }

    @Test("Work.cancelAndWait() under a wait queue's lock")
    func workCancelAndWait() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let work = Work { _ in }
            underALock { work.cancelAndWait() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("Work.cancelAndWait() may sleep"))
    }

    @Test("DelayedWork.flush() in a wake function")
    func delayedWorkFlush() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let work = DelayedWork { _ in }
            inWakeFunction { work.flush() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("DelayedWork.flush() may sleep"))
    }

    @Test("SingleThreadWorkqueue.flush(), drain() and shutdown() in a wake function", arguments: ["flush", "drain", "shutdown"])
    func queueCalls(call: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [call] in
            let queue = SingleThreadWorkqueue(name: "in-wake")
            inWakeFunction {
                switch call {
                case "flush": queue.flush()
                case "drain": queue.drain()
                default: queue.shutdown()
                }
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("SingleThreadWorkqueue.\(call)() may sleep"))
    }

    @Test("EventFDFile.read() in a wake function")
    func read() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let file = EventFDFile(initialValue: 1)
            inWakeFunction { _ = try? file.read() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("EventFDFile.read()"))
    }

    @Test("What does not sleep is allowed there: enqueue, cancel, isPending")
    func allowed() {
        inSynchronousCode {
            let queue = SingleThreadWorkqueue(name: "allowed")
            let ran = Gate("the work ran")
            let work = Work { _ in ran.open() }
            let other = Work { _ in }
            let head = WaitQueueHead()
            let results = Recorder<EnqueueResult>()
            let entry = WaitQueueEntry { _, _, _ in
                results.append(queue.enqueue(work))
                queue.enqueue(other)
                other.cancel()
                _ = work.isPending
                return .notWoken
            }
            head.add(entry)
            head.wake()
            ran.wait()
            #expect(results.all == [.queued])
            head.remove(entry)
            queue.shutdown()
        }
    }

    @Test("A set that is dropped in a wake function or under a lock deactivates without waiting")
    func droppedUnderALock() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let file = EventFDFile()
                let owner = Guarded<IrqfdSet?>(nil)
                do {
                    let set = IrqfdSet(controller: RecordingController())
                    try set.assign(file, gsi: 1)
                    owner.withLock { $0 = set }
                }
                let head = WaitQueueHead()
                let entry = WaitQueueEntry { _, _, _ in
                    owner.withLock { $0 = nil }
                    return .notWoken
                }
                head.add(entry)
                head.wake()
                head.remove(entry)
                waitUntil("the irqfd is gone") { Census().irqfds == 0 }
            }
        }
    }
}
