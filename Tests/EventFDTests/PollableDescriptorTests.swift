// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// The number, for looking at it while the file stays open.
private func descriptor(of file: EventFDFile) throws -> Int32 { try file.withPollableDescriptor { $0 } }

@Suite("the pollable descriptor")
struct PollableDescriptorTests {
    @Test(
        "it is readable exactly while the file is, from the first moment on",
        arguments: [0, 5] as [UInt32],
        [[], .semaphore] as [EventFDFlags]
    )
    func follows(_ initial: UInt32, _ flags: EventFDFlags) throws {
        let file = EventFDFile(initialValue: initial, flags: flags)
        let number = try descriptor(of: file)
        let reference = try file.makeContextReference()
        func check(_ step: String) { #expect(KernelDescriptor.isReadable(number) == file.poll().contains(.input), "after \(step)") }
        check("the beginning")
        for round in 0..<3 {
            reference.signal()
            check("signal \(round)")
            try file.write(2)
            check("write \(round)")
            try file.write(0)
            check("write of nothing \(round)")
            while file.count > 0 {
                _ = try file.tryRead()
                check("read \(round)")
            }
            #expect(throws: EventFDError.wouldBlock) { try file.tryRead() }
            check("a read of nothing \(round)")
        }
        reference.signal(.max)
        reference.signal(.max)
        check("more signals than there is room for")
        reference.put()
    }

    @Test("there is one to a file, and none before somebody asks")
    func one() async {
        // In a process of its own: another test may get the number that is free.
        await #expect(processExitsWith: .success) {
            let before = EventFDDiagnostics.current.descriptorsOpen
            let file = EventFDFile()
            #expect(EventFDDiagnostics.current.descriptorsOpen == before)
            let (first, second) = (try descriptor(of: file), try descriptor(of: file))
            #expect(first == second)
            #expect(EventFDDiagnostics.current.descriptorsOpen == before + 1)
        }
    }

    @Test("it is closed with the file, by close and by the last reference")
    func closedWithFile() async {
        // In a process of its own, where nobody else opens descriptors of this module's. (The system's libraries may, and get the number.)
        await #expect(processExitsWith: .success) {
            let closed = EventFDFile(initialValue: 1)
            #expect(KernelDescriptor.isOpen(try descriptor(of: closed)))
            try closed.close()
            #expect(EventFDDiagnostics.current.descriptorsOpen == 0)
            #expect(throws: EventFDError.badFileDescriptor) { try closed.withPollableDescriptor { $0 } }

            var dropped: EventFDFile? = EventFDFile()
            let other = try descriptor(of: dropped!)
            #expect(KernelDescriptor.isOpen(other))
            dropped = nil
            #expect(EventFDDiagnostics.current.descriptorsOpen == 0)
        }
    }

    @Test("while it is lent, a close does not close it")
    func lent() async {
        await #expect(processExitsWith: .success) {
            let file = EventFDFile()
            try file.withPollableDescriptor { number in
                try? file.close()
                #expect(KernelDescriptor.isOpen(number))
                #expect(EventFDDiagnostics.current.descriptorsOpen == 1)
            }
            #expect(EventFDDiagnostics.current.descriptorsOpen == 0)
        }
    }

    @Test("a duplicate that outlives the file is not readable any more")
    func duplicate() throws {
        let file = EventFDFile(initialValue: 1)
        let duplicate = try file.withPollableDescriptor { dup($0) }
        #expect(KernelDescriptor.isReadable(duplicate))
        try file.close()
        #if os(Linux)
            #expect(!KernelDescriptor.isReadable(duplicate))
        #endif
        KernelDescriptor.shut(duplicate)
    }

    @Test("signals through a reference that outlives the file touch no descriptor")
    func signalAfterClose() async {
        // In a process of its own: another test may get the number that is free.
        await #expect(processExitsWith: .success) {
            let file = EventFDFile()
            _ = try descriptor(of: file)
            let reference = try file.makeContextReference()
            try file.close()
            // The number is free, and the lowest: this one is likely to get it.
            let stranger = try PipeSignal()
            reference.signal()
            #expect(!KernelDescriptor.isReadable(stranger.number))
            reference.put()
        }
    }

    @Test("it hears of every wake, though priority entries end the walk")
    func inFront() throws {
        let file = EventFDFile()
        let stopper = WaitQueueEntry { _, _, _ in .stop }
        _ = file.poll(PollTable { $0.add(stopper, priority: true) })
        let number = try descriptor(of: file)
        let other = WaitQueueEntry { _, _, _ in .stop }
        _ = file.poll(PollTable { $0.add(other, priority: true) })
        try file.write(1)
        #expect(KernelDescriptor.isReadable(number))
        _ = try file.read()
        #expect(!KernelDescriptor.isReadable(number))
        _ = file.poll(
            PollTable { head in
                head.remove(stopper)
                head.remove(other)
            }
        )
    }

    @Test("a thread that sleeps on it wakes up with the signal")
    func sleeper() throws {
        try withWatchdog {
            let file = EventFDFile()
            let number = try descriptor(of: file)
            let sleeper = TestThread("sleeper") { inStep("poll(2)") { KernelDescriptor.waitUntilReadable(number) } }
            sleeper.waitUntilAsleep(in: "poll(2)")
            try file.write(1)
            sleeper.join()
        }
    }

    @Test("asked for by many at once while others signal and read, it is one, and right (hammer)")
    func storm() throws {
        try withWatchdog {
            for _ in 0..<200 {
                let file = EventFDFile(flags: .nonBlocking)
                let numbers = Recorder<Int32>()
                inParallel([
                    ("asks", { numbers.append((try? file.withPollableDescriptor { $0 }) ?? -1) }),
                    ("asks too", { numbers.append((try? file.withPollableDescriptor { $0 }) ?? -2) }),
                    (
                        "writes and reads",
                        {
                            for _ in 0..<5 {
                                try? file.write(1)
                                _ = try? file.tryRead()
                            }
                            try? file.write(1)
                        }
                    ),
                ])
                #expect(Set(numbers.all).count == 1)
                #expect(KernelDescriptor.isReadable(numbers.all[0]))
                _ = try file.tryRead()
                #expect(!KernelDescriptor.isReadable(numbers.all[0]))
            }
        }
    }

    @Test("where there are no more descriptors it throws, and the file is as it was")
    func noMore() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            unsafe getrlimit(noFileLimit, &limit)
            let usual = limit.rlim_cur
            limit.rlim_cur = 3
            unsafe setrlimit(noFileLimit, &limit)
            let file = EventFDFile(initialValue: 1)
            #expect(throws: EventFDError.tooManyOpenFiles) { try file.withPollableDescriptor { $0 } }
            // Who looks for leaks at the end of the process opens files.
            limit.rlim_cur = usual
            unsafe setrlimit(noFileLimit, &limit)
            let value = try file.tryRead()
            #expect(value == 1)
        }
    }

    @Test("reading it instead of the file is misuse, with a sentence")
    func readByOthers() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let file = EventFDFile(initialValue: 1)
            let number = try file.withPollableDescriptor { $0 }
            _ = KernelDescriptor.read(number)
            _ = try file.tryRead()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("read and write the EventFDFile"))
    }

    @Test("asking inside a wake function is misuse")
    func inWakeFunction() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let file = EventFDFile()
            WaitQueueHead().withLock { _ in _ = try? file.withPollableDescriptor { $0 } }
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("EventFDFile.withPollableDescriptor"))
    }

    @Test("the pipe, for systems without eventfds: readable or not, as it is told")
    func pipe() throws {
        var signal = try PipeSignal()
        let number = signal.number
        for _ in 0..<3 {
            #expect(!KernelDescriptor.isReadable(number))
            let isSet = signal.set(true)
            #expect(isSet && KernelDescriptor.isReadable(number))
            let isCleared = signal.set(false)
            #expect(isCleared)
        }
        // Somebody else's byte in it, or somebody else's read, is noticed.
        _ = signal.set(true)
        var byte: UInt8 = 0
        _ = unsafe readByte(number, &byte)
        let isCleared = signal.set(false)
        #expect(!isCleared)
    }
}
