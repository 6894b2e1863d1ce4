// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import Workqueue

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
