// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("Snapshots and descriptions")
struct SnapshotTests {
    @Test("A set tells its irqfds, what is pending and what was coalesced")
    func set() throws {
        try withWatchdog {
            let hold = Hold("the controller")
            let machine = Machine("snapshot", onRaise: { _ in hold.pass() })
            let (first, second) = (EventFDFile(), EventFDFile())
            try machine.set.assign(first, gsi: 5)
            try machine.set.assign(second, gsi: 6)
            let signaller = try first.makeContextReference()
            signaller.signal()
            hold.waitUntilThere()
            // One more is pending now, and stands for the last two.
            for _ in 0..<3 { signaller.signal() }

            let snapshot = machine.set.snapshot()
            let (one, other) = (first.snapshot().id, second.snapshot().id)
            #expect(snapshot.irqfds.map(\.gsi) == [5, 6])
            #expect(snapshot.irqfds.map(\.eventFD) == [one, other])
            #expect(snapshot.irqfds.map(\.isInjectionPending) == [true, false])
            #expect(snapshot.irqfds.map(\.coalesced) == [2, 0])
            #expect(snapshot.injections == 1 && snapshot.coalesced == 2)
            #expect(!snapshot.isReleased && snapshot.shuttingDown == 0 && snapshot.assignsInProgress == 0)
            #expect(
                snapshot.description == """
                    IrqfdSet \(snapshot.number): live, 2 irqfds, 1 injection, 2 coalesced
                      GSI 5 from \(one), injection pending, 2 coalesced
                      GSI 6 from \(other)
                    """
            )
            #expect(machine.set.debugDescription == "IrqfdSet(set \(snapshot.number), live, 2 irqfds, 1 injection, 2 coalesced)")
            #expect(first.debugDescription == "EventFDFile(\(one), open, count 4, 1 irqfd)")
            #expect(first.snapshot().coalesced == 2)
            let queue = machine.queue.snapshot()
            #expect(queue.running?.name == "irqfd_inject" && queue.pending.map(\.name) == ["irqfd_inject"])

            let deassigner = TestThread("deassign") { try? machine.set.deassign(first, gsi: 5) }
            waitUntil("it is on its way out") { machine.set.snapshot().shuttingDown == 1 }
            #expect(machine.set.snapshot().irqfds.map(\.gsi) == [6])
            hold.letGo()
            #expect(deassigner.join() == true)
            #expect(machine.set.snapshot().shuttingDown == 0)
            #expect(machine.set.snapshot().coalesced == 2, "what it had coalesced stays counted")
            machine.set.release()
            let number = snapshot.number
            #expect(machine.set.debugDescription == "IrqfdSet(set \(number), released, 0 irqfds, 2 injections, 2 coalesced)")
            signaller.put()
            machine.queue.shutdown()
        }
    }

    @Test("Inside a wake function, and in the controller")
    func anywhere() throws {
        try withWatchdog {
            let seen = Recorder<Int>()
            let set = Guarded<IrqfdSet?>(nil)
            let machine = Machine("anywhere", onRaise: { _ in seen.append(set.current?.snapshot().irqfds.count ?? -1) })
            set.withLock { $0 = machine.set }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            let head = WaitQueueHead()
            head.withLock { _ in seen.append(machine.set.snapshot().irqfds.count) }
            let signaller = try file.makeContextReference()
            signaller.signal()
            #expect(seen.wait(forCount: 2) == [1, 1])
            signaller.put()
            set.withLock { $0 = nil }
            machine.set.release()
            machine.queue.shutdown()
        }
    }

    @Test("A stall of an injection is reported as one")
    func stall() throws {
        try withWatchdog {
            let (hold, stalls) = (Hold("the controller"), Recorder<String>())
            let machine = Machine("stalls", onRaise: { _ in hold.pass() })
            machine.queue.reportStalls(longerThan: .nanoseconds(1)) { stalls.append("\($0.queue): \($0.work)") }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            let signaller = try file.makeContextReference()
            signaller.signal()
            #expect(stalls.wait(forCount: 1) == ["stalls: \"irqfd_inject\""])
            hold.letGo()
            signaller.put()
            machine.set.release()
            machine.queue.shutdown()
        }
    }

    @Test("A GSI is one word for people, and says what it is for debuggers")
    func gsi() {
        #expect("\(GSI(rawValue: 5))" == "GSI 5" && String(reflecting: GSI(rawValue: 5)) == "GSI(5)")
    }
}
