// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import Foundation
    import GuestKit
    import KVMIrqfd
    import Workqueue

    /// The row of the real guest.
    enum GuestRow {
        static let row = BenchRow(
            name: "guest",
            title: "signal to the real guest's handler",
            floorTitle: "the line's ioctl by hand",
            goal: Goal(.timesFloor(1.15), .notBehind(PeerName.kvm)),
            notes: [
                "from the call until the handler of the guest on /dev/kvm has said so; before each the guest is idle for \(pause) µs, and sleeps",
                "\(PeerName.otherThread), for information: the same ioctl by hand, on a thread that a condition variable wakes for it",
            ],
            prepare: {
                let guest = try KVMGuest()
                let witness = Witness(guest)
                try guest.start(observer: witness)
                let eventfd = try KernelEventfd()
                try guest.setIrqfd(eventfd.number, line: kernelsLine, isAssigned: true)
                let queue = SingleThreadWorkqueue(name: "bench-guest")
                let set = IrqfdSet(controller: witness, injectionQueue: queue)
                let file = EventFDFile()
                try set.assign(file, gsi: GSI(rawValue: line))
                let signaller = Signaller(try file.makeContextReference())
                let hand = ThreadForHire(name: "bench-by-hand") { witness.pulse() }
                return RowMeters(
                    floor: { try median(witness) { witness.pulse() } },
                    ours: { try median(witness) { Signaller.signal(signaller.reference, 1) } },
                    peers: [
                        .init(name: PeerName.kvm) { try median(witness) { eventfd.write(1) } },
                        .init(name: PeerName.otherThread) { try median(witness) { hand.call() } },
                    ],
                    end: {
                        hand.quit()
                        set.release()
                        queue.shutdown()
                        guest.stop()
                        withExtendedLifetime((file, eventfd)) {}
                    }
                )
            }
        )

        /// The line of our irqfd, and of the calls by hand.
        private static let line: UInt32 = 5
        /// The line of the kernel's irqfd.
        private static let kernelsLine: UInt32 = 3
        private static let samples = 40
        /// Microseconds before each: longer than a kernel polls for something to do before it lets the guest's processor sleep.
        private static let pause: UInt32 = 1_000
        /// After so long an interrupt is lost.
        private static let patience = Duration.seconds(2)

        /// Says when the guest took an interrupt, and raises its lines.
        private final class Witness: GuestObserver, InterruptController {
            private struct State: Sendable {
                /// When the last interrupt was taken.
                var taken: UInt64?
                var error: GuestError?
            }

            private let guest: KVMGuest
            private let state = Monitor(State())

            init(_ guest: KVMGuest) { self.guest = guest }

            func guestTook(_ line: UInt32) {
                let now = RawClock.now()
                state.update { $0.taken = now }
            }

            func guestFailed(_ error: GuestError) { state.update { $0.error = error } }

            func setInterrupt(_ gsi: GSI, level: Bool) {
                do throws(GuestError) { _ = try guest.setLine(gsi.rawValue, level: level) } catch { guestFailed(error) }
            }

            /// What an irqfd does with its line.
            func pulse() {
                setInterrupt(GSI(rawValue: GuestRow.line), level: true)
                setInterrupt(GSI(rawValue: GuestRow.line), level: false)
            }

            /// Nanoseconds from the body's call to the guest's handler.
            func time(_ body: () -> Void) throws -> Double {
                state.update { $0.taken = nil }
                let start = RawClock.now()
                body()
                let outcome: Result<UInt64, GuestError>? = state.wait(atMost: patience) { state in
                    if let error = state.error { return .failure(error) }
                    return state.taken.map { .success($0) }
                }
                guard let taken = try outcome?.get() else { throw BenchError("the guest took no interrupt within \(patience)") }
                return Double(taken - start)
            }
        }

        /// The median of some times from the body to the guest's handler.
        private static func median(_ witness: Witness, _ body: () -> Void) throws -> Double {
            let times = try (0..<samples).map { _ in
                usleep(pause)
                return try witness.time(body)
            }
            return Figure.median(times) ?? 0
        }
    }
#endif
