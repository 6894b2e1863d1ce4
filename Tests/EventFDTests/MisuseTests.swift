// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

/// Each in a process of its own, which must end with the sentence.
@Suite("misuse is said in a sentence")
struct MisuseTests {
    @Test("an operation inside a wake function of a plain queue", arguments: Operation.allCases)
    func inWakeFunction(operation: Operation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            try withWatchdog(seconds: 5) {
                let subject = try Subject()
                let head = WaitQueueHead()
                head.add(
                    WaitQueueEntry { _, _, _ in
                        operation.perform(on: subject)
                        return .woken
                    }
                )
                head.wake(.input)
            }
        }
        operation.expectSentence(result?.standardErrorContent)
    }

    @Test("an operation inside a wake function of its own context", arguments: Operation.allCases)
    func inOwnWakeFunction(operation: Operation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            try withWatchdog(seconds: 5) {
                let subject = try Subject()
                Listener { _ in operation.perform(on: subject) }.hook(on: subject.file)
                subject.signaller.signal()
            }
        }
        operation.expectSentence(result?.standardErrorContent)
    }

    @Test("an operation inside a wake function of another context", arguments: [Operation.signal, .write, .close])
    func inAnothersWakeFunction(operation: Operation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            try withWatchdog(seconds: 5) {
                let subject = try Subject()
                let other = EventFDFile()
                Listener { _ in operation.perform(on: subject) }.hook(on: other)
                try other.write(1)
            }
        }
        operation.expectSentence(result?.standardErrorContent)
    }

    @Test("an operation under the lock of a queue", arguments: [Operation.signal, .read, .write, .close])
    func underLock(operation: Operation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            try withWatchdog(seconds: 5) {
                let subject = try Subject()
                WaitQueueHead().withLock { _ in operation.perform(on: subject) }
            }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains(operation.name))
    }

    @Test("an operation inside a wake function that runs for a hang-up", arguments: [Operation.signal, .poll])
    func inHangup(operation: Operation) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [operation] in
            try withWatchdog(seconds: 5) {
                let subject = try Subject()
                Listener { _ in operation.perform(on: subject) }.hook(on: subject.file)
                try subject.file.close()
            }
        }
        operation.expectSentence(result?.standardErrorContent)
    }

    @Test("unknown flags", arguments: [1 << 20, 1 << 20 | 1])
    func unknownFlags(bits: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [bits] in
            _ = EventFDFile(flags: EventFDFlags(rawValue: numericCast(bits)))
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("unknown flags"))
    }

    #if DEBUG
        @Test("the queue of a context that has ended is used", arguments: [false, true])
        func contextHasEnded(byWaking: Bool) async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [byWaking] in
                let file = EventFDFile()
                let head = try file.queue
                try file.close()
                if byWaking { head.wake(.input) } else { head.add(Listener().entry) }
            }
            let sentence = misuseSentence(result?.standardErrorContent)
            #expect(sentence.contains("the eventfd context has ended"))
        }
    #endif
}

struct Subject: Sendable {
    let file: EventFDFile
    let signaller: Signaller

    init() throws(EventFDError) {
        file = EventFDFile(initialValue: 3)
        signaller = try Signaller(file)
    }
}

enum Operation: String, CaseIterable, Codable {
    case signal, read, tryRead, write, tryWrite, poll, close

    var name: String {
        switch self {
        case .signal: "EventFDContextReference.signal(_:)"
        case .read: "EventFDFile.read()"
        case .tryRead: "EventFDFile.tryRead()"
        case .write: "EventFDFile.write(_:)"
        case .tryWrite: "EventFDFile.tryWrite(_:)"
        case .poll: "EventFDFile.poll(_:)"
        case .close: "EventFDFile.close()"
        }
    }

    func perform(on subject: Subject) {
        let file = subject.file
        switch self {
        case .signal: subject.signaller.signal()
        case .read: _ = try? file.read()
        case .tryRead: _ = try? file.tryRead()
        case .write: try? file.write(1)
        case .tryWrite: try? file.tryWrite(1)
        case .poll: _ = file.poll()
        case .close: try? file.close()
        }
    }

    /// The operation is named, and what is wrong with it.
    func expectSentence(_ standardError: [UInt8]?) {
        let sentence = misuseSentence(standardError)
        #expect(sentence.contains(name))
        #expect(sentence.contains("inside a wake function") || sentence.contains("may sleep"))
    }
}
