// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// Each in a process of its own, which must end with the sentence.
@Suite("misuse is said in a sentence")
struct MisuseTests {
    @Test("an entry is added twice", arguments: AddAgain.allCases)
    func addedTwice(how: AddAgain) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [how] in
            withWatchdog(seconds: 5) { how.perform() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("add: the entry is already queued"))
    }

    @Test("a negative number of exclusive entries", arguments: [false, true])
    func negativeMaximum(locked: Bool) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [locked] in
            let head = WaitQueueHead()
            if locked { head.withLock { view in _ = view.wake(.input, maxExclusive: -1) } } else { head.wake(.input, maxExclusive: -1) }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("maxExclusive must not be negative"))
    }

    @Test("a head is used inside its own withLock", arguments: HeadOperation.allCases)
    func underOwnLock(operation: HeadOperation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            withWatchdog(seconds: 5) {
                let head = WaitQueueHead()
                head.withLock { _ in operation.perform(on: head, WaitQueueEntry { _, _, _ in .woken }) }
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains(alreadyHeld))
    }

    @Test("a head is used inside one of its wake functions", arguments: HeadOperation.allCases)
    func inOwnFunction(operation: HeadOperation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            withWatchdog(seconds: 5) {
                let head = WaitQueueHead()
                let other = WaitQueueEntry { _, _, _ in .woken }
                head.add(
                    WaitQueueEntry { entry, _, _ in
                        operation.perform(on: head, operation == .remove ? entry : other)
                        return .woken
                    }
                )
                head.wake(.input)
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains(alreadyHeld))
    }

    @Test("a blocking wait where nobody may sleep", arguments: NoSleep.allCases)
    func maySleep(place: NoSleep) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [place] in
            withWatchdog(seconds: 5) { place.wait() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("may sleep"))
    }

    @Test("the wait that may sleep is named")
    func maySleepNamed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            withWatchdog(seconds: 5) { NoSleep.wakeFunction.wait() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("WaitQueueHead.wait(until:) may sleep"))
    }

    @Test("even a wait whose condition is true may not be called in a wake function")
    func maySleepThoughTrue() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            withWatchdog(seconds: 5) {
                let other = WaitQueueHead()
                inWakeFunction { other.wait(until: { true }) }
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("may sleep"))
    }

    @Test("the views of two heads are exchanged", arguments: [false, true])
    func exchangedViews(inFunction: Bool) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [inFunction] in
            withWatchdog(seconds: 5) { if inFunction { exchangeInFunction() } else { exchangeInBody() } }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("the Locked view was exchanged"))
    }

    @Test("an entry stays at the end of its queue")
    func leftOver() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let head = WaitQueueHead()
            head.add(WaitQueueEntry { _, _, _ in .woken })
            head.hangUpAndFree()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("did not remove itself"))
    }

    #if DEBUG
        @Test("two locks are taken in one order and then in the other", arguments: [false, true])
        func lockOrder(byWaking: Bool) async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [byWaking] in
                withWatchdog(seconds: 5) { if byWaking { invertByWaking() } else { invertByLocking() } }
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("lock order inversion"))
        }
    #endif

    private let alreadyHeld = "the lock of this wait queue is already held by this thread"
}

enum AddAgain: String, CaseIterable, Codable {
    case same, asExclusive, asPriority, another, underTheLock, inItsFunction

    func perform() {
        let head = WaitQueueHead()
        let other = WaitQueueHead()
        let entry = WaitQueueEntry { entry, _, locked in
            locked.add(entry)
            return .woken
        }
        head.add(entry)
        switch self {
        case .same: head.add(entry)
        case .asExclusive: head.add(entry, exclusive: true)
        case .asPriority: head.add(entry, priority: true)
        case .another: other.add(entry)
        case .underTheLock: head.withLock { locked in locked.add(entry, exclusive: true) }
        case .inItsFunction: head.wake(.input)
        }
    }
}

enum HeadOperation: String, CaseIterable, Codable {
    case add, addPriority, remove, wake, wakeAll, hasWaiters, withLock, hangUpAndFree

    func perform(on head: WaitQueueHead, _ entry: WaitQueueEntry) {
        switch self {
        case .add: head.add(entry)
        case .addPriority: head.add(entry, priority: true)
        case .remove: head.remove(entry)
        case .wake: head.wake(.input)
        case .wakeAll: head.wakeAll(.input)
        case .hasWaiters: _ = head.hasWaiters
        case .withLock: head.withLock { _ in }
        case .hangUpAndFree: head.hangUpAndFree()
        }
    }
}

enum NoSleep: String, CaseIterable, Codable {
    case wakeFunction, wakeFunctionWithTimeout, ownWakeFunction, anothersLock, ownLock, lockedInWakeFunction, lockedUnderAnothersLock

    func wait() {
        let head = WaitQueueHead()
        let other = WaitQueueHead()
        switch self {
        case .wakeFunction: inWakeFunction { head.wait(until: { false }) }
        case .wakeFunctionWithTimeout: inWakeFunction { _ = head.wait(until: { false }, timeout: .seconds(1)) }
        case .ownWakeFunction:
            head.add(
                WaitQueueEntry { _, _, _ in
                    head.wait(until: { false })
                    return .woken
                }
            )
            head.wake(.input)
        case .anothersLock: other.withLock { _ in head.wait(until: { false }) }
        case .ownLock: head.withLock { _ in head.wait(until: { false }) }
        case .lockedInWakeFunction:
            head.add(
                WaitQueueEntry { _, _, locked in
                    locked.wait(until: { _ in false })
                    return .woken
                }
            )
            head.wake(.input)
        case .lockedUnderAnothersLock: other.withLock { _ in head.withLock { locked in locked.wait(until: { _ in false }) } }
        }
    }
}

private func inWakeFunction(_ body: @escaping @Sendable () -> Void) {
    let head = WaitQueueHead()
    head.add(
        WaitQueueEntry { _, _, _ in
            body()
            return .woken
        }
    )
    head.wake(.input)
}

private func exchangeInBody() {
    let first = WaitQueueHead()
    let second = WaitQueueHead()
    first.withLock { outer in second.withLock { inner in swap(&outer, &inner) } }
}

private func exchangeInFunction() {
    let first = WaitQueueHead()
    let second = WaitQueueHead()
    first.add(
        WaitQueueEntry { _, _, outer in
            second.withLock { inner in swap(&outer, &inner) }
            return .woken
        }
    )
    first.wake(.input)
}

private func invertByLocking() {
    let first = WaitQueueHead()
    let second = WaitQueueHead()
    first.withLock { _ in second.withLock { _ in } }
    second.withLock { _ in first.withLock { _ in } }
}

private func invertByWaking() {
    let first = WaitQueueHead()
    let second = WaitQueueHead()
    first.add(
        WaitQueueEntry(mask: .input) { _, _, _ in
            second.wake(.output)
            return .woken
        }
    )
    second.add(
        WaitQueueEntry(mask: .input) { _, _, _ in
            first.wake(.output)
            return .woken
        }
    )
    first.wake(.input)
    second.wake(.input)
}
