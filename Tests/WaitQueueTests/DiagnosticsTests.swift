// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// In processes of their own: the counts are those of the process, and other tests run beside.
@Suite("diagnostics")
struct DiagnosticsTests {
    @Test("heads and entries are counted while they live")
    func counts() async {
        await #expect(processExitsWith: .success) { countHeadsAndEntries() }
    }

    @Test("after walks, waits, timeouts and removals on many threads nothing is left")
    func nothingLeft() async {
        await #expect(processExitsWith: .success) { useAndForget() }
    }

    @Test("after asynchronous waits, woken and cancelled, nothing is left")
    func nothingLeftAsync() async {
        await #expect(processExitsWith: .success) { await useAndForgetInTasks() }
    }
}

private func countHeadsAndEntries() {
    let before = WaitQueueDiagnostics.current
    var head: WaitQueueHead? = WaitQueueHead()
    #expect(WaitQueueDiagnostics.current.headsAlive == before.headsAlive + 1)
    var kept: WaitQueueEntry? = WaitQueueEntry { _, _, _ in .woken }
    #expect(WaitQueueDiagnostics.current.entriesAlive == before.entriesAlive + 1)
    head?.add(WaitQueueEntry { _, _, _ in .woken })
    #expect(WaitQueueDiagnostics.current.entriesAlive == before.entriesAlive + 2)
    if let kept { head?.add(kept) }
    #expect(WaitQueueDiagnostics.current.entriesAlive == before.entriesAlive + 2)
    head = nil
    #expect(WaitQueueDiagnostics.current.headsAlive == before.headsAlive)
    #expect(WaitQueueDiagnostics.current.entriesAlive == before.entriesAlive + 1)
    kept = nil
    #expect(WaitQueueDiagnostics.current.entriesAlive == before.entriesAlive)
}

private func useAndForget() {
    let before = WaitQueueDiagnostics.current
    withWatchdog {
        let head = WaitQueueHead()
        let isOver = Gate("it is over")
        let sleeper = TestThread("sleeper") { head.wait(until: { isOver.isOpen }, exclusive: true) }
        inParallel(3) { number in
            for round in 0..<100 {
                let entry = WaitQueueEntry { entry, _, locked in
                    if round.isMultiple(of: 2) { locked.remove(entry) }
                    return .notWoken
                }
                head.add(entry, as: Kind.allCases[(round + number) % 3])
                head.wake(.input)
                if round.isMultiple(of: 10) { _ = head.wait(until: { false }, timeout: .microseconds(20)) }
                head.remove(entry)
            }
        }
        isOver.open()
        head.wakeAll()
        sleeper.join()
    }
    #expect(WaitQueueDiagnostics.current == before)
}

private func useAndForgetInTasks() async {
    let before = WaitQueueDiagnostics.current
    await withWatchdog {
        let head = WaitQueueHead()
        let isOver = Gate("it is over")
        let patient = Task { await head.wait(until: { isOver.isOpen }) }
        let impatient = Task { await head.wait(until: { false }, timeout: .milliseconds(1)) }
        let cancelled = Task { try await head.waitInterruptibly(until: { false }) }
        await waitUntil("a task is queued") { head.hasWaiters }
        cancelled.cancel()
        _ = await cancelled.result
        #expect(await impatient.value == false)
        isOver.open()
        head.wakeAll()
        await patient.value
    }
    // What a timed wait started may still be about to let go of the head.
    await withWatchdog {
        await waitUntil("all heads are gone") { WaitQueueDiagnostics.current.headsAlive == before.headsAlive }
    }
    #expect(WaitQueueDiagnostics.current == before)
}
