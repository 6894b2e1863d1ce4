// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// Each in a process of its own, which looks at the end whether anything is left of any kind.
@Suite("Lifetimes")
struct IrqfdLifetimeTests {
    @Test("After a hang-up the irqfd and its context are gone, and the set lives")
    func hangup() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let set = IrqfdSet(controller: RecordingController())
                let before = Census()
                for dropped in [false, true] {
                    do {
                        let file = EventFDFile()
                        try set.assign(file, gsi: 1)
                        #expect(Census().irqfds == before.irqfds + 1)
                        #expect(Census().contexts == before.contexts + 1)
                        if !dropped { try file.close() }
                    }
                    try waitForShutdowns(set)
                    #expect(Census().irqfds == before.irqfds)
                    #expect(Census().contexts == before.contexts)
                    #expect(Census().sets == before.sets)
                }
                set.release()
            }
        }
    }

    @Test("After a deassign the irqfd is gone when it returns, and the file lives")
    func deassign() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let set = IrqfdSet(controller: RecordingController())
                let file = EventFDFile()
                let before = Census()
                for _ in 0..<50 {
                    try set.assign(file, gsi: 1)
                    #expect(Census().irqfds == before.irqfds + 1)
                    try file.write(1)
                    try set.deassign(file, gsi: 1)
                    #expect(Census().irqfds == before.irqfds)
                }
                #expect(Census().contexts == before.contexts)
                try file.close()
                #expect(Census().contexts == before.contexts - 1, "nobody else holds the context")
                set.release()
            }
        }
    }

    @Test("After a release all irqfds are gone when it returns")
    func release() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let set = IrqfdSet(controller: RecordingController())
                let files = (0..<20).map { _ in EventFDFile(initialValue: 1) }
                let before = Census()
                for file in files { try set.assign(file, gsi: 1) }
                #expect(Census().irqfds == before.irqfds + 20)
                for file in files.prefix(10) { try file.close() }
                set.release()
                #expect(Census().irqfds == before.irqfds)
                withExtendedLifetime(files) { #expect(Census().contexts == before.contexts - 10) }
            }
        }
    }

    @Test("After a forgotten release everything goes by itself")
    func forgottenRelease() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let files = (0..<20).map { _ in EventFDFile() }
                let before = Census()
                weak var gone: RecordingController?
                do {
                    let controller = RecordingController()
                    gone = controller
                    let set = IrqfdSet(controller: controller)
                    for file in files { try set.assign(file, gsi: 1) }
                    for file in files { try file.write(1) }
                }
                waitUntil("the irqfds are gone") { Census().irqfds == before.irqfds }
                waitUntil("the controller is gone") { gone == nil }
                for file in files { try file.write(1) }
            }
        }
    }

    @Test("A context that a reference still holds goes with the last of file, irqfds and references")
    func contextReference() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let set = IrqfdSet(controller: RecordingController())
                let before = Census()
                var signaller: Signaller?
                do {
                    let file = EventFDFile()
                    signaller = try Signaller(file)
                    try set.assign(file, gsi: 1)
                }
                try waitForShutdowns(set)
                #expect(Census().irqfds == before.irqfds)
                #expect(Census().files == before.files)
                #expect(Census().contexts == before.contexts + 1)
                signaller?.signal()
                signaller = nil
                #expect(Census().contexts == before.contexts)
                set.release()
            }
        }
    }

    @Test("Refused assigns leave nothing")
    func refusedAssigns() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let set = IrqfdSet(controller: RecordingController())
                let file = EventFDFile()
                let closed = EventFDFile()
                try closed.close()
                try set.assign(file, gsi: 1)
                let before = Census()
                for _ in 0..<20 {
                    #expect(throws: IrqfdError.resourceBusy) { try set.assign(file, gsi: 1) }
                    #expect(throws: IrqfdError.badFileDescriptor) { try set.assign(closed, gsi: 1) }
                }
                #expect(Census() == before)
                set.release()
                let released = Census()
                for _ in 0..<20 {
                    #expect(throws: IrqfdError.released) { try set.assign(file, gsi: 1) }
                }
                #expect(Census() == released)
            }
        }
    }
}

@Suite("The numbers of the module")
struct KVMIrqfdDiagnosticsTests {
    @Test("Sets, irqfds, injections and coalesced signals are counted")
    func counts() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = KVMIrqfdDiagnostics.current
                let hold = Hold("the interrupt")
                let machine = Machine("counted") { _ in hold.pass() }
                let file = EventFDFile()
                try machine.set.assign(file, gsi: 1)
                #expect(KVMIrqfdDiagnostics.current.setsAlive == before.setsAlive + 1)
                #expect(KVMIrqfdDiagnostics.current.irqfdsAlive == before.irqfdsAlive + 1)
                try file.write(1)
                hold.waitUntilThere()
                // The next one is queued behind the one that runs, and the nine after it share that.
                for _ in 0..<10 { try file.write(1) }
                #expect(KVMIrqfdDiagnostics.current.coalesced == before.coalesced + 9)
                hold.letGo()
                machine.settle()
                #expect(KVMIrqfdDiagnostics.current.injections == before.injections + 2)
                machine.end()
                let after = KVMIrqfdDiagnostics.current
                #expect(after.irqfdsAlive == before.irqfdsAlive)
                #expect(after.injections == before.injections + 2, "what has been stays counted")
                #expect(after.coalesced == before.coalesced + 9)
            }
        }
    }

    @Test("Signals are injected or coalesced, none in between")
    func injectedOrCoalesced() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let before = KVMIrqfdDiagnostics.current
                let machine = Machine("signals")
                let file = EventFDFile()
                let signaller = try Signaller(file)
                try machine.set.assign(file, gsi: 1)
                inParallel(3) { _ in
                    for _ in 0..<1000 { signaller.signal() }
                }
                machine.settle()
                let now = KVMIrqfdDiagnostics.current
                #expect(now.injections - before.injections + now.coalesced - before.coalesced == 3000)
                #expect(Int(now.injections - before.injections) == machine.controller.pulses(1))
                machine.end()
            }
        }
    }
}
