// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import TestSupport
import Testing
import WaitQueue

@Suite("many readers and writers")
struct HammerTests {
    typealias Bodies = [(name: String, body: @Sendable () -> Void)]

    /// Readers that add up what they get until the file is closed, and one that closes it when all is written and read.
    private func readers(_ count: Int, of file: EventFDFile, into sum: Guarded<UInt64>, writers: Int, done: Guarded<Int>) -> Bodies {
        var bodies: Bodies = (0..<count).map { number in
            (
                "reader \(number)",
                {
                    while case .success(let value) = outcome({ () throws(EventFDError) in try file.read() }) {
                        sum.withLock { $0 &+= value }
                    }
                }
            )
        }
        bodies.append(
            (
                "closer",
                {
                    done.wait { $0 == writers ? () : nil }
                    waitUntil("everything is read") { file.count == 0 }
                    #expect((try? file.close()) != nil)
                }
            )
        )
        return bodies
    }

    @Test("what was read is what was written and signalled", arguments: [[], .semaphore] as [EventFDFlags])
    func conservation(flags: EventFDFlags) throws {
        try withWatchdog {
            let file = EventFDFile(flags: flags)
            let signaller = try Signaller(file)
            let listener = Listener(mask: .hangup)
            listener.hook(on: file)
            let read = Guarded<UInt64>(0)
            let written = Guarded<UInt64>(0)
            let done = Guarded(0)
            var bodies = readers(3, of: file, into: read, writers: 3, done: done)
            for number in 0..<3 {
                bodies.append(
                    (
                        "writer \(number)",
                        {
                            var random = SplitMix64(seed: UInt64(number))
                            for _ in 0..<300 {
                                let value = UInt64.random(in: 0...3, using: &random)
                                if number == 0 { signaller.signal(value) } else { #expect((try? file.write(value)) != nil) }
                                written.withLock { $0 += value }
                            }
                            done.withLock { $0 += 1 }
                        }
                    )
                )
            }
            inParallel(bodies)
            #expect(read.current == written.current)
            #expect(listener.keys.all == [.hangup])
        }
    }

    @Test("the same at the limit, where writers sleep")
    func conservationAtTheLimit() {
        withWatchdog {
            let file = EventFDFile()
            let read = Guarded<UInt64>(0)
            let written = Guarded<UInt64>(0)
            let done = Guarded(0)
            var bodies = readers(2, of: file, into: read, writers: 3, done: done)
            for number in 0..<3 {
                bodies.append(
                    (
                        "writer \(number)",
                        {
                            var random = SplitMix64(seed: UInt64(number))
                            for _ in 0..<150 {
                                let value = UInt64.random(in: full / 3...full, using: &random)
                                #expect((try? file.write(value)) != nil)
                                written.withLock { $0 &+= value }
                            }
                            done.withLock { $0 += 1 }
                        }
                    )
                )
            }
            inParallel(bodies)
            #expect(read.current == written.current)
        }
    }

    @Test("a ball between two files, five hundred times each way")
    func pingPong() {
        withWatchdog {
            let files = [EventFDFile(), EventFDFile()]
            inParallel(2, name: "player") { number in
                for round in 1...500 as ClosedRange<UInt64> {
                    if number == 0 { #expect((try? files[1].write(round)) != nil) }
                    #expect(outcome { () throws(EventFDError) in try files[number].read() } == .success(round))
                    if number == 1 { #expect((try? files[0].write(round)) != nil) }
                }
            }
        }
    }
}
