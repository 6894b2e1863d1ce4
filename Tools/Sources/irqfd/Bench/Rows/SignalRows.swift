// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import EventFD
    import KVMIrqfd
    import WaitQueue

    /// Rows about a signal.
    enum SignalRows {
        static let all = [signal, signalFunction, signalIrqfd]

        private static let signal = BenchRow(
            name: "signal",
            title: "signal, nobody waits",
            floorTitle: "a compare-and-swap and an exchange",
            goal: Goal(.timesFloor(1.3), .times(50, of: PeerName.eventfd)),
            prepare: {
                let floor = TimedLoop { floors_lock_pair(UInt64($0)) }
                let ours = loop(try EventFDFile().makeContextReference())
                let eventfd = try KernelEventfd()
                let theirs = TimedLoop { eventfd.write($0) }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: [.init(name: PeerName.eventfd, measure: theirs.measure)]
                )
            }
        )

        private static let signalFunction = BenchRow(
            name: "signal-function",
            title: "signal, one wake function",
            floorTitle: "the same and a call through a pointer",
            goal: Goal(.timesFloor(1.6), .ahead(of: PeerName.gvisor)),
            prepare: {
                let floor = TimedLoop { floors_lock_pair_and_call(UInt64($0)) }
                return RowMeters(floor: floor.measure, ours: try oneFunction().measure)
            }
        )

        private static let signalIrqfd = BenchRow(
            name: "signal-irqfd",
            title: "signal, one irqfd, injection already pending",
            floorTitle: "ours of signal-function",
            goal: Goal(.timesFloor(1.5)),
            notes: [
                "the floor is the loop of signal-function, run once more beside this one",
                "KVM, for information: a write to an eventfd that interrupts a machine without a processor",
            ],
            prepare: {
                let floor = try oneFunction()
                let held = HeldQueue(name: "bench-held")
                let set = IrqfdSet(controller: SilentController(), injectionQueue: held.queue)
                let file = EventFDFile()
                try set.assign(file, gsi: 5)
                // The first one queues the injection, which nobody runs.
                let reference = try file.makeContextReference()
                reference.signal()
                let ours = loop(reference)
                let kernel = KernelMachine.peer {
                    let (machine, eventfd) = (try KernelMachine(), try KernelEventfd())
                    try machine.assign(eventfd.number, line: 5)
                    let theirs = TimedLoop { count in withExtendedLifetime(machine) { eventfd.write(count) } }
                    return .init(name: PeerName.kvm, measure: theirs.measure)
                }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: kernel.peers,
                    notes: kernel.notes,
                    end: {
                        held.letGo()
                        set.release()
                        held.end()
                        withExtendedLifetime(file) {}
                    }
                )
            }
        )

        /// Signals of a context with one function on its wait queue.
        private static func oneFunction() throws -> TimedLoop {
            let file = EventFDFile()
            let entry = WaitQueueEntry { _, _, _ in .notWoken }
            _ = file.poll(PollTable { $0.add(entry) })
            return loop(try file.makeContextReference(), keeping: file)
        }

        private static func loop(_ reference: consuming EventFDContextReference, keeping file: EventFDFile? = nil) -> TimedLoop {
            let signaller = Signaller(reference)
            return TimedLoop { count in
                withExtendedLifetime(file) { Signaller.signal(signaller.reference, count) }
            }
        }
    }
#endif
