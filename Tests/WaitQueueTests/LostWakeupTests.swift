// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

/// A lost wake-up is a test that hangs: the watchdog tells it.
@Suite("no wake-up is lost")
struct LostWakeupTests {
    @Test("two threads throw a ball a thousand times")
    func pingPong() {
        withWatchdog {
            let head = WaitQueueHead()
            let ball = Guarded(0)
            inParallel(2, name: "player") { number in
                for round in 0..<1000 {
                    head.wait(until: { ball.current == 2 * round + number })
                    ball.withLock { $0 += 1 }
                    head.wake()
                }
            }
            #expect(ball.current == 2000)
        }
    }

    @Test("every plain sleeper sees every generation")
    func generations() {
        withWatchdog {
            let head = WaitQueueHead()
            let generation = Guarded(0)
            let arrived = Guarded(0)
            var bodies: [(name: String, body: @Sendable () -> Void)] = (0..<3).map { number in
                (
                    "sleeper \(number)",
                    {
                        for round in 1...150 {
                            head.wait(until: { generation.current >= round })
                            arrived.withLock { $0 += 1 }
                            head.wake(.output)
                        }
                    }
                )
            }
            bodies.append(
                (
                    "waker",
                    {
                        for round in 1...150 {
                            generation.withLock { $0 = round }
                            head.wake(.input)
                            head.wait(until: { arrived.current >= 3 * round })
                        }
                    }
                )
            )
            inParallel(bodies)
            #expect(arrived.current == 450)
        }
    }

    @Test("a ticket for each wake of one: exclusive consumers take every one of them")
    func exclusiveConsumers() {
        withWatchdog {
            let head = WaitQueueHead()
            let tickets = Guarded(0)
            let taken = Guarded(0)
            var bodies: [(name: String, body: @Sendable () -> Void)] = (0..<3).map { number in
                (
                    "consumer \(number)",
                    {
                        for _ in 0..<300 {
                            head.wait(until: { tickets.take() }, exclusive: true)
                            taken.withLock { $0 += 1 }
                        }
                    }
                )
            }
            for number in 0..<2 {
                bodies.append(
                    (
                        "producer \(number)",
                        {
                            for _ in 0..<450 {
                                tickets.withLock { $0 += 1 }
                                head.wake(.input)
                            }
                        }
                    )
                )
            }
            inParallel(bodies)
            #expect(taken.current == 900)
            #expect(tickets.current == 0)
            #expect(!head.hasWaiters)
        }
    }

    @Test("a wake that meets a timeout is not lost: the next one is woken instead")
    func timeoutsAgainstWakes() {
        withWatchdog {
            let head = WaitQueueHead()
            let tickets = Guarded(0)
            let taken = Guarded(0)
            let total = 300
            var bodies: [(name: String, body: @Sendable () -> Void)] = (0..<2).map { number in
                (
                    "impatient \(number)",
                    {
                        var random = SplitMix64(seed: UInt64(number))
                        while taken.current < total {
                            let patience = Duration.microseconds(Int.random(in: 0...120, using: &random))
                            if head.wait(until: { taken.current >= total || tickets.take() }, timeout: patience, exclusive: true) {
                                taken.withLock { $0 += 1 }
                            }
                        }
                    }
                )
            }
            bodies.append(
                (
                    "patient",
                    {
                        while taken.current < total {
                            head.wait(until: { taken.current >= total || tickets.take() }, exclusive: true)
                            taken.withLock { $0 += 1 }
                            // At the end nobody is left to wake the others.
                            if taken.current >= total { head.wakeAll() }
                        }
                    }
                )
            )
            bodies.append(
                (
                    "producer",
                    {
                        for round in 0..<total {
                            tickets.withLock { $0 += 1 }
                            head.wake(.input)
                            // One at a time: a lost wake is a ticket that lies there while the patient one sleeps.
                            waitUntil("ticket \(round) is taken") { taken.current > round }
                        }
                        head.wakeAll()
                    }
                )
            )
            inParallel(bodies)
            #expect(tickets.current == 0)
        }
    }
}

extension Guarded where Value == Int {
    /// Takes one, if there is one.
    fileprivate func take() -> Bool {
        withLock { value in
            if value == 0 { return false }
            value -= 1
            return true
        }
    }
}
