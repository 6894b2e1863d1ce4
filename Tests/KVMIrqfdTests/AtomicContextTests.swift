// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

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

    @Test("A set that is dropped in a wake function deactivates without waiting", arguments: [true, false])
    func droppedInAWakeFunction(isAssigned: Bool) async {
        await #expect(processExitsWith: .success) { [isAssigned] in
            try inProcessOfItsOwn {
                let file = EventFDFile()
                let owner = Guarded<IrqfdSet?>(nil)
                do {
                    let set = IrqfdSet(controller: RecordingController())
                    try set.assign(file, gsi: 1)
                    if !isAssigned { try set.deassign(file, gsi: 1) }
                    owner.withLock { $0 = set }
                }
                let head = WaitQueueHead()
                let entry = WaitQueueEntry { _, _, _ in
                    let set = owner.withLock { set in
                        defer { set = nil }
                        return set
                    }
                    return set == nil ? .stop : .notWoken
                }
                head.add(entry)
                head.wake()
                head.remove(entry)
                waitUntil("the irqfd is gone") { Census().irqfds == 0 }
            }
        }
    }
}
