// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("poll")
struct PollTests {
    @Test(
        "the readiness table",
        arguments: [
            (0, .output), (1, [.input, .output]), (full - 1, [.input, .output]), (full, .input), (.max, [.input, .error]),
        ] as [(UInt64, PollEvents)]
    )
    func readiness(count: UInt64, events: PollEvents) throws {
        for flags in [[], .semaphore, .nonBlocking] as [EventFDFlags] {
            let file = try EventFDFile.holding(count, flags: flags)
            #expect(file.poll() == events)
            #expect(file.poll(PollTable { _ in }) == events)
            #expect(file.count == count)
        }
    }

    @Test("it registers once, and on the same queue each time")
    func registersOnce() {
        let file = EventFDFile()
        var heads: [WaitQueueHead] = []
        _ = file.poll(PollTable { heads.append($0) })
        #expect(heads.count == 1)
        _ = file.poll()
        #expect(heads.count == 1)
        _ = file.poll(PollTable { heads.append($0) })
        #expect(heads.count == 2)
        #expect(heads.first === heads.last)
    }

    @Test("two files have two queues")
    func twoQueues() throws {
        let first = EventFDFile()
        let second = EventFDFile()
        let one = try first.queue
        let other = try second.queue
        #expect(one !== other)
    }

    @Test("it registers first and samples then: what happens in between is seen")
    func registersFirst() {
        let file = EventFDFile()
        #expect(file.poll(PollTable { _ in _ = try? file.write(1) }) == [.input, .output])
        #expect(file.poll(PollTable { _ in _ = try? file.read() }) == .output)
    }

    @Test("an event that comes between registering and sampling is in the sample or in the wake (hammer)")
    func noEventIsMissed() throws {
        try withWatchdog {
            for _ in 0..<100 {
                let file = EventFDFile()
                let signaller = try Signaller(file)
                let listener = Listener(mask: .input)
                let sample = Guarded<PollEvents>([])
                inParallel([
                    ("poller", { sample.withLock { $0 = listener.hook(on: file) } }),
                    ("signaller", { signaller.signal() }),
                ])
                #expect(sample.current.contains(.input) || listener.keys.all == [.input])
                try file.queue.remove(listener.entry)
            }
        }
    }

    @Test("an entry may be hooked exclusively, and unhooked on the queue that was given")
    func hookAndUnhook() throws {
        let file = EventFDFile()
        let first = Listener(returning: .woken)
        let second = Listener(returning: .woken)
        first.hook(on: file, exclusive: true)
        second.hook(on: file, exclusive: true)
        try file.write(1)
        #expect(first.keys.all == [.input])
        #expect(second.keys.all == [])
        try file.queue.remove(first.entry)
        try file.write(1)
        #expect(first.keys.all == [.input])
        #expect(second.keys.all == [.input])
        try file.queue.remove(second.entry)
        #expect(try !file.queue.hasWaiters)
    }

    @Test("of a closed file it is .invalid alone, and registers nothing")
    func closed() throws {
        let file = EventFDFile(initialValue: 3)
        let keeper = try Signaller(file)
        try file.close()
        var heads = 0
        #expect(file.poll(PollTable { _ in heads += 1 }) == .invalid)
        #expect(file.poll() == .invalid)
        #expect(heads == 0)
        keeper.signal()
        #expect(file.poll() == .invalid)
    }
}
