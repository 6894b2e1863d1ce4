// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

@Suite("Injection (KS §4.3, §4.4)")
struct InjectionTests {
    @Test("A pulse is the line raised, then lowered, on the injection queue's worker")
    func pulse() throws {
        try withWatchdog {
            let machine = Machine("inject-a-long-name")
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 11)
            try file.write(1)
            typealias Call = RecordingController.Call
            let thread = cut("inject-a-long-name")
            #expect(
                machine.controller.calls.wait(forCount: 2) == [
                    Call(gsi: 11, level: true, thread: thread), Call(gsi: 11, level: false, thread: thread),
                ]
            )
            machine.end()
        }
    }

    @Test("Every way to signal injects: write, tryWrite, signal, and those that add nothing")
    func everySignal() throws {
        try withWatchdog {
            let machine = Machine("inject-ways")
            let file = EventFDFile()
            let signaller = try Signaller(file)
            try machine.set.assign(file, gsi: 5)
            let ways: [(name: String, signal: () throws -> Void)] = [
                ("write(1)", { try file.write(1) }),
                ("tryWrite(1)", { try file.tryWrite(1) }),
                ("write(0)", { try file.write(0) }),
                ("signal()", { signaller.signal() }),
                ("signal(0)", { signaller.signal(0) }),
                ("signal(.max)", { signaller.signal(.max) }),
                ("signal() of a full counter", { #expect(signaller.signal() == 0) }),
            ]
            for (index, way) in ways.enumerated() {
                try way.signal()
                machine.settle()
                #expect(machine.controller.pulses(5) == index + 1, "\(way.name)")
            }
            #expect(file.count == .max)
            machine.end()
        }
    }

    @Test("A read injects nothing, nor does a signal of another eventfd")
    func othersDoNotInject() throws {
        try withWatchdog {
            let machine = Machine("inject-others")
            let file = EventFDFile()
            let other = EventFDFile()
            try machine.set.assign(file, gsi: 5)
            try file.write(2)
            machine.settle()
            #expect(machine.controller.pulses(5) == 1)
            #expect(try file.read() == 2)
            try other.write(1)
            machine.settle()
            #expect(machine.controller.pulses(5) == 1)
            machine.end()
        }
    }

    @Test("The counter is not consumed: readers and pollers are woken too")
    func readersAreWoken() throws {
        try withWatchdog {
            let machine = Machine("inject-readers")
            let file = EventFDFile()
            let events = Recorder<PollEvents>()
            let entry = WaitQueueEntry(mask: .input) { _, event, _ in
                events.append(event)
                return .woken
            }
            hook(entry, on: file)
            try machine.set.assign(file, gsi: 5)
            let reader = TestThread("reader") { inStep("read") { try? file.read() } }
            reader.waitUntilAsleep(in: "read")
            try file.write(6)
            #expect(reader.join() == 6)
            machine.controller.calls.wait(forCount: 2)
            #expect(events.all.first?.contains(.input) == true)
            #expect(file.count == 0)
            machine.end()
        }
    }

    @Test("Signals that come while an interrupt is on its way share the next one")
    func coalescing() throws {
        try withWatchdog {
            let hold = Hold("the first interrupt")
            let machine = Machine("inject-coalesce") { _ in hold.pass() }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 5)
            try file.write(1)
            hold.waitUntilThere()
            for _ in 0..<100 { try file.write(1) }
            hold.letGo()
            machine.settle()
            #expect(machine.controller.pulses(5) == 2)
            #expect(file.count == 101)
            machine.end()
        }
    }

    @Test("Interrupts of several eventfds come in the order of the signals")
    func order() throws {
        try withWatchdog {
            let hold = Hold("the first interrupt")
            let machine = Machine("inject-order") { gsi in if gsi == 0 { hold.pass() } }
            let files = (0..<8).map { _ in EventFDFile() }
            for (line, file) in files.enumerated() { try machine.set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
            try files[0].write(1)
            hold.waitUntilThere()
            let order = [5, 3, 7, 1, 2, 6, 4]
            for line in order { try files[line].write(1) }
            try files[5].write(1)
            hold.letGo()
            machine.settle()
            #expect(machine.controller.calls.all.filter(\.level).map { Int($0.gsi.rawValue) } == [0] + order)
            machine.end()
        }
    }

    @Test("By default the system queue injects, and sets may share a queue")
    func queues() throws {
        try withWatchdog {
            let controller = RecordingController()
            let plain = IrqfdSet(controller: controller)
            let shared = SingleThreadWorkqueue(name: "inject-shared")
            let first = IrqfdSet(controller: controller, injectionQueue: shared)
            let second = IrqfdSet(controller: controller, injectionQueue: shared)
            for (line, set) in [plain, first, second].enumerated() {
                let file = EventFDFile(initialValue: 1)
                try set.assign(file, gsi: GSI(rawValue: UInt32(line)))
                try set.deassign(file, gsi: GSI(rawValue: UInt32(line)))
            }
            let system = cut(SingleThreadWorkqueue.system.name)
            #expect(controller.calls.all.filter(\.level).map(\.thread) == [system, "inject-shared", "inject-shared"])
            for set in [plain, first, second] { set.release() }
            shared.shutdown()
        }
    }

    @Test("A controller that takes its time does not delay a set with another queue")
    func slowController() throws {
        try withWatchdog {
            let hold = Hold("the slow controller")
            let slow = Machine("inject-slow") { _ in hold.pass() }
            let quick = Machine("inject-quick")
            let file = EventFDFile()
            try slow.set.assign(file, gsi: 1)
            try quick.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            for round in 1...20 {
                try file.write(1)
                quick.settle()
                #expect(quick.controller.pulses(1) >= round)
            }
            hold.letGo()
            slow.end()
            quick.end()
        }
    }

    @Test("A controller may signal, close and assign: it runs in no wake function")
    func controllerCalls() throws {
        try withWatchdog {
            let files = (0..<3).map { _ in EventFDFile() }
            let owner = Guarded<IrqfdSet?>(nil)
            let machine = Machine("inject-calls") { gsi in
                do {
                    switch gsi {
                    case 0:
                        try files[1].write(1)
                        try files[0].close()
                    case 1: try owner.current?.assign(files[2], gsi: 2)
                    default: break
                    }
                } catch {
                    Issue.record(error)
                }
            }
            owner.withLock { $0 = machine.set }
            try machine.set.assign(files[0], gsi: 0)
            try machine.set.assign(files[1], gsi: 1)
            try files[2].write(1)
            try files[0].write(1)
            machine.controller.calls.wait(forCount: 6)
            #expect(machine.controller.calls.all.filter(\.level).map(\.gsi) == [0, 1, 2])
            owner.withLock { $0 = nil }
            machine.end()
        }
    }
}
