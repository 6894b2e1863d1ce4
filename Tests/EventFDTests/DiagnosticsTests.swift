// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

/// In processes of their own: the counts are those of the process, and other tests run beside.
@Suite("diagnostics")
struct DiagnosticsTests {
    @Test("I11 (EventFD side): the context lives as long as the file or a reference, and ends once")
    func contextLifetime() async {
        await #expect(processExitsWith: .success) { try followContext() }
    }

    @Test("I11 (EventFD side): references made, duplicated, put and dropped while files close: no context is left")
    func nothingLeft() async {
        await #expect(processExitsWith: .success) { try stormOfReferences() }
    }

    @Test("ten thousand files, hooked, signalled and closed in every way, leave nothing")
    func manyCycles() async {
        await #expect(processExitsWith: .success) { try manyFiles() }
    }

    @Test("asynchronous reads, served, closed and cancelled, leave nothing")
    func asynchronous() async {
        await #expect(processExitsWith: .success) { try await readInTasks() }
    }

    @Test("signals are counted")
    func signals() async {
        await #expect(processExitsWith: .success) {
            let before = EventFDDiagnostics.current.signals
            let file = EventFDFile()
            let reference = try file.makeContextReference()
            for _ in 0..<5 { reference.signal() }
            reference.signal(100)
            #expect(EventFDDiagnostics.current.signals == before + 6)
            try file.tryWrite(1)
            #expect(EventFDDiagnostics.current.signals == before + 6)
            try file.close()
            reference.signal()
            reference.put()
            #expect(EventFDDiagnostics.current.signals == before + 7)
        }
    }
}

private func followContext() throws {
    let before = EventFDDiagnostics.current
    func alive() -> [Int] {
        let now = EventFDDiagnostics.current
        return [now.filesAlive - before.filesAlive, now.contextsAlive - before.contextsAlive]
    }
    var file: EventFDFile? = EventFDFile()
    #expect(alive() == [1, 1])
    guard let first = try file?.makeContextReference() else { return }
    let second = first.duplicate()
    #expect(alive() == [1, 1])
    try file?.close()
    #expect(alive()[1] == 1)
    first.put()
    #expect(alive()[1] == 1)
    #expect(second.signal() == 1)
    second.put()
    #expect(alive()[1] == 0)
    file = nil
    #expect(alive() == [0, 0])

    // The other order: the references first, then the file, by its last reference.
    var other: EventFDFile? = EventFDFile()
    try other?.makeContextReference().put()
    #expect(alive() == [1, 1])
    other = nil
    #expect(alive() == [0, 0])
}

private func stormOfReferences() throws {
    let before = EventFDDiagnostics.current
    let heads = WaitQueueDiagnostics.current
    try withWatchdog {
        for _ in 0..<100 {
            let file = EventFDFile()
            let signaller = try Signaller(file)
            inParallel([
                (
                    "duplicates",
                    {
                        for _ in 0..<20 {
                            let first = signaller.reference.duplicate()
                            let second = first.duplicate()
                            first.put()
                            second.signal()
                        }
                    }
                ),
                (
                    "makes",
                    {
                        for _ in 0..<20 {
                            guard let signaller = try? Signaller(file) else { break }
                            signaller.signal()
                        }
                    }
                ),
                ("closes", { #expect((try? file.close()) != nil) }),
            ])
        }
    }
    #expect(EventFDDiagnostics.current.filesAlive == before.filesAlive)
    #expect(EventFDDiagnostics.current.contextsAlive == before.contextsAlive)
    #expect(WaitQueueDiagnostics.current == heads)
}

private func manyFiles() throws {
    let before = EventFDDiagnostics.current
    let queues = WaitQueueDiagnostics.current
    let hangups = Guarded(0)
    for round in 0..<10_000 {
        let file = EventFDFile(initialValue: UInt32(round))
        Listener { events in if events == .hangup { hangups.withLock { $0 += 1 } } }.hook(on: file)
        switch round % 4 {
        case 0: try file.close()
        case 1: break
        case 2: try file.makeContextReference().signal()
        default:
            let reference = try file.makeContextReference()
            try file.close()
            reference.signal()
        }
    }
    #expect(hangups.current == 10_000)
    #expect(EventFDDiagnostics.current.filesAlive == before.filesAlive)
    #expect(EventFDDiagnostics.current.contextsAlive == before.contextsAlive)
    #expect(WaitQueueDiagnostics.current == queues)
}

private func readInTasks() async throws {
    let before = EventFDDiagnostics.current
    let queues = WaitQueueDiagnostics.current
    try await withWatchdog {
        for round in 0..<50 {
            let file = EventFDFile()
            let head = try file.queue
            let task = Task { await outcome { () async throws(EventFDError) in try await file.read() } }
            await waitUntil("the task is queued") { head.hasWaiters }
            switch round % 3 {
            case 0: try file.tryWrite(1)
            case 1: try file.close()
            default: task.cancel()
            }
            let expected: [Outcome] = [.success(1), .failure(.badFileDescriptor), .failure(.interrupted)]
            #expect(await task.value == expected[round % 3])
        }
    }
    // The last task may still be about to let go of its file.
    await withWatchdog {
        await waitUntil("all files are gone") { EventFDDiagnostics.current.filesAlive == before.filesAlive }
    }
    #expect(EventFDDiagnostics.current.contextsAlive == before.contextsAlive)
    #expect(WaitQueueDiagnostics.current == queues)
}
