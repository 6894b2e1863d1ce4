// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
import TestSupport
import Testing

@Suite("the lock")
struct LockTests {
    private final class Counter: @unchecked Sendable {
        // @unchecked: guarded by the lock under test; ThreadSanitizer looks on.
        let lock = AdaptiveMutex(.irqfds)
        var value = 0
    }

    private final class Locks: Sendable {
        let first = AdaptiveMutex(.waitQueue)
        let second = AdaptiveMutex(.waitQueue)
        let inner = AdaptiveMutex(.workqueue)
    }

    @Test("keeps others out (hammer)")
    func mutualExclusion() {
        withWatchdog {
            let counter = Counter()
            inParallel(4) { _ in for _ in 0..<20_000 { counter.lock.withLock { counter.value += 1 } } }
            #expect(counter.value == 80_000)
        }
    }

    @Test("knows its owner, also when locks are given up in another order")
    func owner() {
        let locks = Locks()
        locks.first.lock()
        locks.inner.lock()
        locks.first.unlock()
        let afterOne = (locks.first.isHeldByThisThread, locks.inner.isHeldByThisThread)
        locks.inner.unlock()
        let afterBoth = locks.inner.isHeldByThisThread
        #expect(afterOne == (false, true))
        #expect(!afterBoth)
    }

    @Test("misuse: taken twice by one thread")
    func recursion() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let locks = Locks()
            locks.inner.lock()
            locks.inner.lock()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("already held by this thread"))
    }

    #if DEBUG
        @Test("debug: an inversion is named, with both orders, before it deadlocks")
        func inversionOfInstances() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let locks = Locks()
                locks.first.withLock { locks.second.withLock {} }
                locks.second.withLock { locks.first.withLock {} }
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("lock order inversion"))
            #expect(sentence.contains("was taken before"))
        }

        @Test("debug: an inversion of two kinds is named, whichever instances they were")
        func inversionOfKinds() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let locks = Locks()
                locks.first.withLock { locks.inner.withLock {} }
                locks.inner.withLock { locks.second.withLock {} }
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("lock order inversion"))
            #expect(sentence.contains("wait queue → workqueue"))
        }

        @Test("debug: a circle of workers that wait for each other is named")
        func circleOfWaits() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                WaitGraph.shared.begin(1, named: "a", for: 2, named: "b")
                WaitGraph.shared.begin(2, named: "b", for: 3, named: "c")
                WaitGraph.shared.begin(3, named: "c", for: 1, named: "a")
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("queues wait for each other"))
            for name in ["\"a\"", "\"b\"", "\"c\""] { #expect(sentence.contains(name)) }
        }
    #endif
}
