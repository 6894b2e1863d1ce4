// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("Descriptions and snapshots")
struct DescriptionTests {
    @Test("A file tells what it is, from its beginning to its end")
    func file() throws {
        let file = EventFDFile(initialValue: 3, flags: [.semaphore, .nonBlocking])
        let id = file.snapshot().id
        #expect(file.debugDescription == "EventFDFile(\(id), open, count 3, semaphore, nonblocking)")
        let entry = WaitQueueEntry { _, _, _ in .woken }
        try file.queue.add(entry)
        #expect(file.debugDescription == "EventFDFile(\(id), open, count 3, semaphore, nonblocking, 1 entry)")
        try file.queue.remove(entry)
        file.isNonBlocking = false
        try file.close()
        #expect(file.debugDescription == "EventFDFile(\(id), closed, semaphore)")
        #expect(file.snapshot().count == 0)
    }

    @Test("A sleeping reader and what was signalled are seen")
    func sleeper() throws {
        try withWatchdog {
            let file = EventFDFile()
            let reader = file.sleepingReader()
            #expect(file.debugDescription == "EventFDFile(\(file.snapshot().id), open, count 0, 1 waiter)")
            #expect(file.snapshot().waiters.map(\.kind) == [.thread])
            let reference = try file.makeContextReference()
            reference.signal(2)
            #expect(reader.join() == .success(2))
            let snapshot = file.snapshot()
            #expect(snapshot.signals == 1 && snapshot.sleepers == 0 && snapshot.count == 0)
            #expect(snapshot.description == "\(snapshot.id), open, count 0, 1 signal, 0 coalesced")
        }
    }

    @Test("In a wake function a description says what needs no lock; a snapshot is misuse")
    func inAWakeFunction() async throws {
        let (file, seen) = (EventFDFile(), Recorder<String>())
        let id = file.snapshot().id
        let reference = try file.makeContextReference()
        let said = Guarded("")
        let entry = WaitQueueEntry { [unowned file] _, _, _ in
            seen.append(file.debugDescription)
            return .woken
        }
        try file.queue.add(entry)
        reference.signal()
        said.withLock { $0 = reference.debugDescription }
        #expect(seen.all == ["EventFDFile(\(id), open)"])
        #expect(said.current == "EventFDContextReference(\(id), file open, count 1)")
        try file.queue.remove(entry)
        try file.close()
        #expect(reference.debugDescription == "EventFDContextReference(\(id), file closed, count 1)")
        reference.put()

        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (file, head) = (EventFDFile(), WaitQueueHead())
            head.withLock { _ in _ = file.snapshot() }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("EventFDFile.snapshot() was called inside a wake function or under a wait queue's lock"))
    }

    @Test("An identity is one word for people, and says what it is for debuggers")
    func identity() {
        let id = EventFDFile().snapshot().id
        #expect(String(reflecting: id) == "EventFDContextID(\(id))")
        #expect("\(id)".hasPrefix("eventfd "))
    }

    #if os(Linux)
        @Test("A file on a descriptor tells which, and the kernel's counter")
        func descriptor() throws {
            let descriptor = try EventFDDescriptor(initialValue: 4, flags: .nonBlocking)
            let number = descriptor.number
            #expect(descriptor.debugDescription == "EventFDDescriptor(descriptor \(number), nonblocking)")
            let file = try EventFDFile(descriptor: descriptor)
            let id = file.snapshot().id
            #expect(file.debugDescription == "EventFDFile(\(id), open, descriptor \(number), count 4, nonblocking)")
            #expect(file.snapshot().descriptor == number)
            try file.close()
            #expect(file.debugDescription == "EventFDFile(\(id), closed, nonblocking)")
        }
    #endif
}
