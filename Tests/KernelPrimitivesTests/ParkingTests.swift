// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
import TestSupport
import Testing

@Suite("parking, threads and time")
struct ParkingTests {
    private final class Box: Sendable {
        let parker = Parker()
        let other = Parker()
        let word = AtomicUInt32(0)
    }

    @Test("a wake-up that comes first is kept, once")
    func earlyWakeUp() {
        withWatchdog {
            let box = Box()
            box.parker.unpark()
            box.parker.unpark()
            box.parker.park("the first wake-up")
            let isNotifiedAgain = box.parker.park("nothing", until: Deadline(after: .milliseconds(1)))
            #expect(!isNotifiedAgain)
        }
    }

    @Test("ping-pong: no wake-up is lost (hammer)")
    func pingPong() {
        withWatchdog {
            let box = Box()
            let rounds = 20_000
            inParallel([
                ("ping", { for _ in 0..<rounds { box.parker.unpark(); box.other.park("pong") } }),
                ("pong", { for _ in 0..<rounds { box.parker.park("ping"); box.other.unpark() } }),
            ])
        }
    }

    @Test("a deadline that has passed does not sleep; a wake-up before it wins")
    func deadlines() {
        withWatchdog {
            let box = Box()
            let isNotified = box.parker.park("nothing", until: .now)
            box.parker.unpark()
            let isNotifiedLater = box.parker.park("what is there", until: .now)
            #expect(!isNotified)
            #expect(isNotifiedLater)
        }
    }

    @Test("delays: not positive is now, too long is never, and none is early")
    func delays() {
        #expect(Deadline(after: .zero).hasPassed)
        #expect(Deadline(after: .seconds(-5)).hasPassed)
        #expect(Deadline(after: .seconds(Int64.max)) == .never)
        let before = Deadline.now
        #expect(Deadline(after: .nanoseconds(1)) > before)
        let soon = Deadline(after: .milliseconds(3))
        #expect(soon.nanoseconds - before.nanoseconds >= 3_000_000)
    }

    @Test("a thread bears its name, cut at 15 bytes, and is joined once")
    func threadName() {
        withWatchdog {
            let names = Recorder<String>()
            KernelThread(name: "kvm-irqfd-cleanup") { names.append(ExecutionContext.threadName) }.join()
            #expect(names.all == ["kvm-irqfd-clean"])
        }
    }

    @Test("misuse: a thread joined twice")
    func joinTwice() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let thread = KernelThread(name: "short") {}
            thread.join()
            thread.join()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("after it had been joined"))
    }
}
