// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import EventFD
    import Foundation
    import KVMIrqfd
    import Synchronization
    import Workqueue

    /// One time through all steps, with so many sets.
    struct MillionRun {
        /// Irqfds of each set.
        static let irqfdsOfEach = 100

        /// Nanoseconds of each step, for each irqfd.
        private(set) var times: [MillionStep: Double] = [:]
        /// Allocated bytes of each eventfd, with what the allocator needs; nil: the C library does not tell.
        private(set) var eventfdBytes: Double?
        /// Of each irqfd, with its part of a set.
        private(set) var irqfdBytes: Double?
        /// By how much the memory of the process has grown for each irqfd with its eventfd.
        private(set) var residentBytes = 0.0
        /// Signals without an injection.
        private(set) var lost = 0
        /// Objects that are left at the end.
        private(set) var left = 0

        private let irqfds: Int

        init(sets setCount: Int) throws {
            let count = setCount * Self.irqfdsOfEach
            irqfds = count
            // Each run gets its pages from the system: none has a start over the others.
            floors_give_back_memory()
            let before = Self.objects
            let counter = Counter()
            var sets: [IrqfdSet] = []
            var files: [EventFDFile] = []
            sets.reserveCapacity(setCount)
            files.reserveCapacity(irqfds)

            let (bytes, resident) = (floors_allocated_bytes(), Self.resident)
            time(.buildSets) { for _ in 0..<setCount { sets.append(IrqfdSet(controller: counter)) } }
            let bytesWithSets = floors_allocated_bytes()
            time(.buildEventfds) { for _ in 0..<count { files.append(EventFDFile()) } }
            let bytesWithFiles = floors_allocated_bytes()
            try time(.assign) {
                for (index, file) in files.enumerated() { try sets[index / Self.irqfdsOfEach].assign(file, gsi: 5) }
            }
            let ofFiles = Double(bytesWithFiles) - Double(bytesWithSets)
            let sum = Double(floors_allocated_bytes()) - Double(bytes)
            // Where another allocator stands in for the C library's, as with a sanitizer, it has nothing to tell.
            if ofFiles > 0, sum > ofFiles {
                eventfdBytes = ofFiles / Double(irqfds)
                irqfdBytes = (sum - ofFiles) / Double(irqfds)
            }
            residentBytes = Double(Self.resident - resident) / Double(irqfds)

            try signal(files)
            time(.inject) { SingleThreadWorkqueue.system.flush() }
            lost = irqfds - counter.raised.load(ordering: .acquiring)
            time(.release) { for set in sets { set.release() } }
            sets.removeAll()
            try time(.close) {
                for file in files { try file.close() }
                files.removeAll()
            }
            left = Self.objects - before
        }

        /// Signals each once, through references of which nobody takes the time.
        private mutating func signal(_ files: [EventFDFile]) throws {
            let signallers = try files.map { Signaller(try $0.makeContextReference()) }
            time(.signal) { for signaller in signallers { signaller.reference.signal(1) } }
        }

        private mutating func time(_ step: MillionStep, _ body: () throws -> Void) rethrows {
            times[step] = try RawClock.time(body) / Double(irqfds)
        }

        /// Counts the lines that are raised.
        private final class Counter: InterruptController {
            let raised = Atomic(0)

            func setInterrupt(_ gsi: GSI, level: Bool) {
                if level { raised.add(1, ordering: .releasing) }
            }
        }

        /// What is alive of this library.
        private static var objects: Int {
            let (eventfds, irqfds) = (EventFDDiagnostics.current, KVMIrqfdDiagnostics.current)
            return eventfds.filesAlive + eventfds.contextsAlive + irqfds.setsAlive + irqfds.irqfdsAlive
        }

        /// The memory that the process really has, in bytes.
        private static var resident: Int {
            let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
            return (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }
#endif
