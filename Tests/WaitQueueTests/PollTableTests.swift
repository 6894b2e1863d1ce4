// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("poll tables")
struct PollTableTests {
    @Test("registering calls the closure once, with the head")
    func register() {
        let head = WaitQueueHead()
        var given: [WaitQueueHead] = []
        let table = PollTable { given.append($0) }
        #expect(given.isEmpty)
        table.register(with: head)
        #expect(given.count == 1)
        #expect(given.first === head)
        table.register(with: head)
        #expect(given.count == 2)
    }

    @Test("the closure hooks an entry")
    func hooks() {
        let head = WaitQueueHead()
        let log = Recorder<String>()
        let entry = logging("it", log)
        PollTable { $0.add(entry, exclusive: true) }.register(with: head)
        #expect(head.wake(.input) == 1)
        #expect(log.all == ["it"])
        head.remove(entry)
    }

    @Test("a table wants all events unless it is told which")
    func events() {
        #expect(PollTable { _ in }.events == .all)
        #expect(PollTable(events: [.input, .hangup]) { _ in }.events == [.input, .hangup])
    }
}
