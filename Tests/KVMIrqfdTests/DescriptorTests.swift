// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import KVMIrqfd
    import TestSupport
    import Testing
    import WaitQueue
    import Workqueue

    /// A file that is assigned, and another one on the same eventfd of the kernel's: the other side.
    private func makePair(initialValue: UInt32 = 0, flags: EventFDFlags = []) throws -> (file: EventFDFile, peer: EventFDFile) {
        let descriptor = try EventFDDescriptor(initialValue: initialValue, flags: flags)
        let other = try descriptor.duplicate()
        return (try EventFDFile(descriptor: descriptor), try EventFDFile(descriptor: other))
    }

    extension Machine {
        /// Waits until the line has had so many pulses.
        @available(*, noasync)
        fileprivate func awaitPulses(_ count: Int, on gsi: GSI) {
            waitUntil("\(count) pulses on line \(gsi.rawValue)") { controller.pulses(gsi) >= count }
        }
    }

    @Suite("Irqfds on the kernel's eventfds")
    struct DescriptorTests {
        @Test("I7, I8: each write of the other side interrupts, and no more")
        func writes() throws {
            try withWatchdog {
                let machine = Machine("descriptor-writes")
                let (file, peer) = try makePair()
                try machine.set.assign(file, gsi: 3)
                for round in 1...50 {
                    try peer.write(1)
                    machine.awaitPulses(round, on: 3)
                }
                machine.end()
                #expect(machine.controller.pulses(3) == 50)
            }
        }

        @Test("I6: what is pending before the assign interrupts, once", arguments: [1, 7] as [UInt32], [[], .semaphore] as [EventFDFlags])
        func pending(_ initialValue: UInt32, _ flags: EventFDFlags) throws {
            try withWatchdog {
                let machine = Machine("descriptor-pending")
                let (file, peer) = try makePair(initialValue: initialValue, flags: flags)
                try machine.set.assign(file, gsi: 3)
                machine.awaitPulses(1, on: 3)
                #expect(peer.count == UInt64(initialValue))
                // After an event of another file, which the same thread has heard of later, nothing can be on its way.
                let (other, otherPeer) = try makePair()
                try machine.set.assign(other, gsi: 4)
                try otherPeer.write(1)
                machine.awaitPulses(1, on: 4)
                machine.end()
                #expect(machine.controller.pulses(3) == 1)
            }
        }

        @Test("I2: after a deassign the other side may write as it likes; what was pending is drained")
        func deassign() throws {
            try withWatchdog {
                let machine = Machine("descriptor-deassign")
                let (file, peer) = try makePair()
                try machine.set.assign(file, gsi: 3)
                try peer.write(5)
                machine.awaitPulses(1, on: 3)
                #expect(try machine.set.deassign(file, gsi: 3))
                #expect(peer.count == 0)
                let seen = machine.controller.pulses(3)
                try peer.write(1)
                #expect(try peer.tryRead() == 1)
                try machine.set.assign(file, gsi: 4)
                try peer.write(1)
                machine.awaitPulses(1, on: 4)
                #expect(machine.controller.pulses(3) == seen)
                machine.end()
            }
        }

        @Test("a drain takes one of a semaphore, and nothing of zero")
        func drainSemaphore() throws {
            try withWatchdog {
                let machine = Machine("descriptor-drain")
                let (file, peer) = try makePair(initialValue: 3, flags: .semaphore)
                try machine.set.assign(file, gsi: 3)
                try machine.set.deassign(file, gsi: 3)
                #expect(peer.count == 2)
                _ = try (peer.tryRead(), peer.tryRead())
                try machine.set.assign(file, gsi: 3)
                try machine.set.deassign(file, gsi: 3)
                #expect(peer.count == 0)
                machine.end()
            }
        }

        @Test("nothing is drained while another machine's irqfd is hooked on the same file")
        func twoMachines() throws {
            try withWatchdog {
                let (one, two) = (Machine("descriptor-one"), Machine("descriptor-two"))
                let (file, peer) = try makePair()
                try one.set.assign(file, gsi: 1)
                try two.set.assign(file, gsi: 2)
                try peer.write(1)
                one.awaitPulses(1, on: 1)
                two.awaitPulses(1, on: 2)
                one.end()
                #expect(peer.count == 1)
                two.end()
                #expect(peer.count == 0)
            }
        }

        @Test("I9: a close of ours ends the irqfd; the other side goes on")
        func close() throws {
            try withWatchdog {
                let machine = Machine("descriptor-close")
                let (file, peer) = try makePair()
                try machine.set.assign(file, gsi: 3)
                try file.close()
                #expect(throws: IrqfdError.badFileDescriptor) { try machine.set.assign(file, gsi: 3) }
                // A barrier: the shutdown is through, and the context's last reference put.
                let stranger = EventFDFile()
                try machine.set.deassign(stranger, gsi: 1)
                try peer.write(1)
                #expect(try peer.tryRead() == 1)
                #expect(machine.controller.pulses(3) == 0)
                machine.end()
            }
        }

        @Test("the same file twice in one set is refused; another file on the same eventfd is another eventfd")
        func busy() throws {
            try withWatchdog {
                let machine = Machine("descriptor-busy")
                let (file, peer) = try makePair()
                try machine.set.assign(file, gsi: 3)
                #expect(throws: IrqfdError.resourceBusy) { try machine.set.assign(file, gsi: 4) }
                try machine.set.assign(peer, gsi: 5)
                try peer.write(1)
                machine.awaitPulses(1, on: 3)
                machine.awaitPulses(1, on: 5)
                machine.end()
            }
        }

        @Test("I1, I3, I5: writes against close, deassign and release (hammer): nothing comes late, nothing is left")
        func storm() async {
            await #expect(processExitsWith: .success) { stormOnDescriptors() }
        }
    }

    private func stormOnDescriptors() {
        let ledger = Ledger(lines: 4)
        inParallel(2, name: "machine") { machine in
            for round in 0..<60 {
                let line = machine * 2
                ledger.hear(line)
                let set = IrqfdSet(controller: ledger)
                guard let (file, peer) = try? makePair() else { fatalError("no descriptors") }
                try! set.assign(file, gsi: GSI(rawValue: UInt32(line)))
                inParallel([
                    ("peer", { for _ in 0..<10 { try? peer.write(1) } }),
                    ("closer", { if round % 3 != 0 { try? file.close() } }),
                    ("deassigner", { if round % 3 != 1 { _ = try? set.deassign(file, gsi: GSI(rawValue: UInt32(line))) } }),
                    ("releaser", { set.release() }),
                ])
                ledger.silence(line)
                try? peer.write(1)
            }
        }
        precondition(ledger.lateCalls == 0, "\(ledger.lateCalls) interrupts came late")
        waitUntil("everything is gone") {
            KVMIrqfdDiagnostics.current.irqfdsAlive == 0 && EventFDDiagnostics.current.contextsAlive == 0
                && EventFDDiagnostics.current.descriptorsOpen == 0
        }
    }
#endif
