// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// A controller that holds its own set, as a machine that owns both would.
private final class OwningController: InterruptController {
    let set = Guarded<IrqfdSet?>(nil)
    let raised = Counter()
    func setInterrupt(_ gsi: GSI, level: Bool) { if level { raised.add() } }
}

@Suite("Release: the set ends first (KS §4.7)")
struct ReleaseTests {
    @Test("All irqfds end; the eventfds live on")
    func endsAll() throws {
        try withWatchdog {
            let machine = Machine("release-all")
            let files = (0..<5).map { _ in EventFDFile() }
            for (line, file) in files.enumerated() { try machine.set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
            machine.set.release()
            for file in files {
                try file.write(2)
                #expect(try file.read() == 2)
            }
            machine.settle()
            #expect(machine.controller.calls.isEmpty)
            machine.end()
        }
    }

    @Test("A set that never had an irqfd may be released, and again")
    func empty() {
        withWatchdog {
            let machine = Machine("release-empty")
            machine.set.release()
            machine.set.release()
            machine.end()
        }
    }

    @Test("What was signalled before is injected before it returns")
    func injectsWhatWasSignalled() throws {
        try withWatchdog {
            for _ in 0..<30 {
                let machine = Machine("release-flush")
                let files = (0..<3).map { _ in EventFDFile() }
                for (line, file) in files.enumerated() { try machine.set.assign(file, gsi: GSI(rawValue: UInt32(line))) }
                for file in files { try file.write(1) }
                machine.set.release()
                #expect([0, 1, 2].map { machine.controller.pulses($0) } == [1, 1, 1])
                machine.end()
            }
        }
    }

    @Test("A second release waits as the first does, also at the same time")
    func severalReleases() throws {
        try withWatchdog {
            let hold = Hold("the interrupt")
            let machine = Machine("release-several") { _ in hold.pass() }
            let file = EventFDFile()
            try machine.set.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            let releasers = (0..<4).map { index in
                TestThread("releaser \(index)") {
                    inStep("release") {
                        machine.set.release()
                        return machine.controller.pulses(1)
                    }
                }
            }
            for releaser in releasers { releaser.waitUntilAsleep(in: "release") }
            #expect(releasers.allSatisfy { !$0.isFinished })
            hold.letGo()
            for releaser in releasers { #expect(releaser.join() == 1) }
            machine.end()
        }
    }

    @Test("It lets the controller go, so a controller may own its set")
    func controllerOwnsItsSet() throws {
        try withWatchdog {
            weak var goneController: OwningController?
            weak var goneSet: IrqfdSet?
            let file = EventFDFile(initialValue: 1)
            do {
                let controller = OwningController()
                let set = IrqfdSet(controller: controller)
                controller.set.withLock { $0 = set }
                goneController = controller
                goneSet = set
                try set.assign(file, gsi: 1)
                set.release()
                #expect(controller.raised.current == 1)
            }
            waitUntil("the controller is gone") { goneController == nil }
            waitUntil("the set is gone") { goneSet == nil }
        }
    }

    @Test("A set keeps its controller until the release, and no longer")
    func controllerLifetime() throws {
        try withWatchdog {
            weak var gone: RecordingController?
            let file = EventFDFile()
            let set: IrqfdSet
            do {
                let controller = RecordingController()
                gone = controller
                set = IrqfdSet(controller: controller)
            }
            try set.assign(file, gsi: 1)
            #expect(gone != nil)
            set.release()
            waitUntil("the controller is gone") { gone == nil }
        }
    }

    @Test("An injection queue is free again: it may be shut down, or serve the next set")
    func queueIsFree() throws {
        try withWatchdog {
            let queue = SingleThreadWorkqueue(name: "release-queue")
            for _ in 0..<3 {
                let controller = RecordingController()
                let set = IrqfdSet(controller: controller, injectionQueue: queue)
                let file = EventFDFile(initialValue: 1)
                try set.assign(file, gsi: 1)
                set.release()
                #expect(controller.pulses(1) == 1)
            }
            queue.drain()
            queue.shutdown()
        }
    }
}

@Suite("A set that nobody released (design.md, façades)")
struct ForgottenReleaseTests {
    @Test("Dropping it deactivates everything, and does not wait")
    func dropDoesNotWait() throws {
        try withWatchdog {
            let hold = Hold("the interrupt")
            let queue = SingleThreadWorkqueue(name: "forgot-wait")
            let file = EventFDFile()
            weak var controller: RecordingController?
            var set: IrqfdSet?
            do {
                let made = RecordingController { _ in hold.pass() }
                controller = made
                set = IrqfdSet(controller: made, injectionQueue: queue)
            }
            try set?.assign(file, gsi: 1)
            try file.write(1)
            hold.waitUntilThere()
            set = nil
            #expect(controller != nil, "an interrupt is on its way")
            hold.letGo()
            waitUntil("the controller is gone") { controller == nil }
            try file.write(1)
            queue.shutdown()
        }
    }

    @Test("Its last reference may go in its own interrupt, on the injection worker")
    func lastReferenceGoesOnTheInjectionWorker() throws {
        try withWatchdog {
            let file = EventFDFile()
            let owner = Guarded<IrqfdSet?>(nil)
            let raised = Gate("the interrupt")
            let isReady = Gate("the test has let go of the set")
            weak var gone: RecordingController?
            do {
                let controller = RecordingController { _ in
                    isReady.wait()
                    owner.withLock { $0 = nil }
                    raised.open()
                }
                gone = controller
                let set = IrqfdSet(controller: controller)
                owner.withLock { $0 = set }
                try set.assign(file, gsi: 1)
            }
            try file.write(1)
            isReady.open()
            raised.wait()
            waitUntil("the controller is gone") { gone == nil }
            try file.write(1)
            #expect(file.count >= 1)
        }
    }

    @Test("Its last reference may go where another set's controller ends")
    func lastReferenceGoesWithAController() throws {
        try withWatchdog {
            weak var gone: RecordingController?
            let files = [EventFDFile(), EventFDFile()]
            do {
                let inner: IrqfdSet
                do {
                    let controller = RecordingController()
                    gone = controller
                    inner = IrqfdSet(controller: controller)
                }
                try inner.assign(files[0], gsi: 1)
                let outer = IrqfdSet(controller: RecordingController { [inner] _ in _ = inner })
                try outer.assign(files[1], gsi: 1)
            }
            waitUntil("both are gone") { gone == nil }
        }
    }

    @Test("A debug build says which call was forgotten; after a release nothing is said")
    func debugBuildsSaySo() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try inProcessOfItsOwn {
                let file = EventFDFile()
                try IrqfdSet(controller: RecordingController()).assign(file, gsi: 1)
            }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #if DEBUG
            #expect(text.contains("release()"))
        #else
            #expect(!text.contains("release()"))
        #endif
        let second = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try inProcessOfItsOwn {
                let file = EventFDFile()
                let set = IrqfdSet(controller: RecordingController())
                try set.assign(file, gsi: 1)
                set.release()
            }
        }
        let said = String(decoding: try #require(second).standardErrorContent, as: UTF8.self)
        #expect(!said.contains("release()"))
    }
}
