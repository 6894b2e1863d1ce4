// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import CLinux
    import EventFD
    import GuestKit
    import KVMIrqfd
    import Synchronization
    import Workqueue

    /// The row of the real guest.
    enum GuestRow {
        static let row = BenchRow(
            name: "guest",
            title: "signal to the real guest's handler",
            floorTitle: "the line's ioctl by hand",
            goal: Goal(.timesFloor(1.15), .notBehind(PeerName.kvm)),
            notes: [
                "until the handler of the guest on /dev/kvm has said so; the thread that signals spins meanwhile, and for \(pause / 1_000) µs before the next"
            ],
            prepare: {
                let guest = try KVMGuest()
                let witness = Witness(guest)
                try guest.start(observer: witness)
                let queue = SingleThreadWorkqueue(name: "bench-guest")
                let set = IrqfdSet(controller: witness, injectionQueue: queue)
                let file = EventFDFile()
                try set.assign(file, gsi: GSI(rawValue: line))
                let signaller = Signaller(try file.makeContextReference())
                let eventfd = try KernelEventfd()
                try guest.setIrqfd(eventfd.number, line: kernelsLine, isAssigned: true)
                return RowMeters(
                    floor: {
                        try median(witness) {
                            witness.setInterrupt(GSI(rawValue: line), level: true)
                            witness.setInterrupt(GSI(rawValue: line), level: false)
                        }
                    },
                    ours: { try median(witness) { Signaller.signal(signaller.reference, 1) } },
                    peers: [.init(name: PeerName.kvm) { try median(witness) { eventfd.write(1) } }],
                    end: {
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
        private static let samples = 200
        /// Nanoseconds from one interrupt that was taken to the next signal.
        private static let pause: UInt64 = 5_000
        /// After so many nanoseconds an interrupt is lost.
        private static let patience: UInt64 = 2_000_000_000

        /// Says when the guest took an interrupt, and raises its lines.
        private final class Witness: GuestObserver, InterruptController {
            private let guest: KVMGuest
            /// When the last interrupt was taken; 0: not yet.
            let taken = Atomic<UInt64>(0)
            let hasFailed = Atomic(false)

            init(_ guest: KVMGuest) { self.guest = guest }

            func guestTook(_ line: UInt32) { taken.store(RawClock.now(), ordering: .releasing) }
            func guestFailed(_ error: GuestError) { hasFailed.store(true, ordering: .releasing) }

            func setInterrupt(_ gsi: GSI, level: Bool) {
                do { _ = try guest.setLine(gsi.rawValue, level: level) } catch { hasFailed.store(true, ordering: .releasing) }
            }
        }

        /// The median of some times from the body to the guest's handler.
        private static func median(_ witness: Witness, _ body: () -> Void) throws -> Double {
            var times: [Double] = []
            for _ in 0..<samples {
                let rest = RawClock.now() + pause
                while RawClock.now() < rest { floors_pause() }
                witness.taken.store(0, ordering: .relaxed)
                let start = RawClock.now()
                body()
                times.append(Double(try awaitInterrupt(witness, from: start) - start))
            }
            return Figure.median(times) ?? 0
        }

        private static func awaitInterrupt(_ witness: Witness, from start: UInt64) throws -> UInt64 {
            while true {
                let taken = witness.taken.load(ordering: .acquiring)
                if taken != 0 { return taken }
                if witness.hasFailed.load(ordering: .acquiring) { throw BenchError("the guest cannot go on") }
                if RawClock.now() - start > patience { throw BenchError("the guest took no interrupt within 2 s") }
                floors_pause()
            }
        }
    }
#endif
