// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// Eventfds that are replaced as they are closed, for threads that do everything at once.
private final class FilePool: Sendable {
    private let files: [Guarded<EventFDFile>]

    init(_ count: Int) { files = (0..<count).map { _ in Guarded(EventFDFile()) } }

    func file(_ index: Int) -> EventFDFile { files[index].current }

    /// Ends the one that is there, by close or by dropping it.
    func replace(_ index: Int, closing: Bool) {
        let old = files[index].withLock { file in
            let old = file
            file = EventFDFile()
            return old
        }
        if closing { try? old.close() }
    }
}

@Suite("All of it at once")
struct IrqfdHammerTests {
    @Test("Assign, signal, read, close, drop and deassign from many threads, then a release in the midst", arguments: [1, 2, 3])
    func everything(seed: UInt64) async {
        await #expect(processExitsWith: .success) { [seed] in
            inProcessOfItsOwn {
                for round in 0..<8 {
                    let ledgers = (0..<2).map { _ in Ledger(lines: 4) }
                    let queue = SingleThreadWorkqueue(name: "hammer")
                    let sets = ledgers.enumerated().map { index, ledger in
                        IrqfdSet(controller: ledger, injectionQueue: index == 0 ? queue : .system)
                    }
                    let pool = FilePool(4)
                    let unexpected = Recorder<String>()
                    let works = Counter()
                    inParallel(5) { thread in
                        var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(round * 16 + thread))
                        for _ in 0..<150 {
                            let file = pool.file(Int.random(in: 0..<4, using: &random))
                            let set = Int.random(in: 0..<2, using: &random)
                            let line = GSI(rawValue: UInt32.random(in: 0..<4, using: &random))
                            do {
                                switch Int.random(in: 0..<10, using: &random) {
                                case 0, 1, 2: try sets[set].assign(file, gsi: line)
                                case 3: try sets[set].deassign(file, gsi: line)
                                case 4: pool.replace(Int.random(in: 0..<4, using: &random), closing: true)
                                case 5: pool.replace(Int.random(in: 0..<4, using: &random), closing: false)
                                case 6: _ = try file.tryRead()
                                default: try file.tryWrite(1)
                                }
                            } catch let error as IrqfdError {
                                if error != .resourceBusy, error != .badFileDescriptor, error != .released { unexpected.append("\(error)") }
                            } catch let error as EventFDError {
                                if error != .wouldBlock, error != .badFileDescriptor { unexpected.append("\(error)") }
                            } catch {
                                unexpected.append("\(error)")
                            }
                            // In the midst, so that half of the calls find the sets released.
                            if works.add() == 400 { sets[thread % 2].release() }
                        }
                    }
                    for (set, ledger) in zip(sets, ledgers) {
                        set.release()
                        for line in 0..<4 { ledger.silence(line) }
                    }
                    #expect(Census().irqfds == 0)
                    for index in 0..<4 { try? pool.file(index).tryWrite(1) }
                    queue.shutdown()
                    SingleThreadWorkqueue.system.flush()
                    #expect(ledgers.allSatisfy { $0.lateCalls == 0 && $0.overlappingCalls == 0 })
                    #expect(unexpected.all == [])
                }
            }
        }
    }

    @Test("One eventfd, assigned and deassigned, signalled, and at last closed, with the set on a busy queue")
    func assignAndDeassign() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let ledger = Ledger(lines: 2)
                let queue = SingleThreadWorkqueue(name: "busy")
                let set = IrqfdSet(controller: ledger, injectionQueue: queue)
                let file = EventFDFile()
                let signaller = try Signaller(file)
                let isOver = Gate("enough")
                let busy = Work { work in if !isOver.isOpen { queue.enqueue(work) } }
                queue.enqueue(busy)
                let sender = TestThread("sender") { while !isOver.isOpen { signaller.signal() } }
                let balance = Counter()
                inParallel(2) { thread in
                    for _ in 0..<300 {
                        if (try? set.assign(file, gsi: GSI(rawValue: UInt32(thread)))) != nil { balance.add() }
                        if (try? set.deassign(file, gsi: GSI(rawValue: UInt32(thread)))) == true { balance.add(-1) }
                    }
                }
                #expect(balance.current == 0, "who assigned a line has deassigned it")
                #expect(Census().irqfds == 0)
                try file.close()
                isOver.open()
                sender.join()
                set.release()
                queue.shutdown()
                #expect(ledger.overlappingCalls == 0)
            }
        }
    }

    @Test("A thousand irqfds in one set end with one release, closes beside it")
    func manyIrqfds() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let ledger = Ledger(lines: 1)
                let set = IrqfdSet(controller: ledger)
                let files = (0..<1000).map { _ in EventFDFile(initialValue: 1) }
                for file in files { try set.assign(file, gsi: 0) }
                inParallel([
                    ("release", { set.release() }),
                    ("close", { for file in files.prefix(300) { try? file.close() } }),
                    ("deassign", { for file in files.suffix(300) { _ = try? set.deassign(file, gsi: 0) } }),
                ])
                #expect(Census().irqfds == 0)
                #expect(ledger.pulses(0) == 1000)
            }
        }
    }

    @Test("Sets dropped without a release, by many threads, while signals come")
    func forgottenSets() async {
        await #expect(processExitsWith: .success) {
            try inProcessOfItsOwn {
                let files = (0..<3).map { _ in EventFDFile() }
                let isOver = Gate("enough")
                let sender = TestThread("sender") {
                    while !isOver.isOpen { for file in files { try? file.tryWrite(1) } }
                }
                inParallel(3) { thread in
                    for round in 0..<40 {
                        let set = IrqfdSet(controller: Ledger(lines: 3))
                        for (line, file) in files.enumerated() where line != (thread + round) % 3 {
                            try? set.assign(file, gsi: GSI(rawValue: UInt32(line)))
                        }
                        if round % 4 == 0 { set.release() }
                    }
                }
                isOver.open()
                sender.join()
                waitUntil("the irqfds are gone") { Census().irqfds == 0 }
                for file in files { try file.close() }
            }
        }
    }
}
