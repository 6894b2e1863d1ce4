// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// Numbers that tell schedules apart: one for the exact order, and one that forgets the order of independent steps.
    ///
    /// The second is the sum over all steps of a hash of the step and of all that it depends on.
    struct TraceDigest {
        private struct Cell {
            var object: UInt = 0
            var run: UInt32 = 0
            var written: UInt64 = 0
            var reads: UInt64 = 0
        }

        private static let cellCount = 4096
        private var cells = [Cell](repeating: Cell(), count: TraceDigest.cellCount)
        private var run: UInt32 = 0
        private var threads = [UInt64](repeating: 0, count: Alternative.threadLimit)
        private var barrier: UInt64 = 0
        /// The trace: equal for schedules that differ in the order of independent steps only.
        private(set) var trace: UInt64 = 0
        private(set) var exact: UInt64 = 0

        mutating func begin() {
            run += 1
            for index in threads.indices { threads[index] = UInt64(index) }
            barrier = 0
            trace = 0
            exact = 0
        }

        mutating func add(_ alternative: Alternative, _ operation: VisibleOperation, _ object: UInt) {
            exact = TraceDigest.mix(exact, UInt64(alternative.index) << 8 | UInt64(operation.rawValue))
            let cell = find(object)
            let before = operation == .atomicRead ? cells[cell].written : TraceDigest.mix(cells[cell].written, cells[cell].reads)
            var hash = TraceDigest.mix(threads[alternative.thread], before)
            hash = TraceDigest.mix(hash, UInt64(alternative.index) << 8 | UInt64(operation.rawValue) ^ barrier)
            // Time passes for everybody: nothing may be exchanged with that.
            if alternative.kind == .timeout {
                hash = TraceDigest.mix(hash, trace)
                barrier = hash
            }
            threads[alternative.thread] = hash
            if operation == .atomicRead {
                cells[cell].reads &+= hash
            } else {
                cells[cell].written = hash
                cells[cell].reads = 0
            }
            trace &+= hash
        }

        private mutating func find(_ object: UInt) -> Int {
            var index = Int(truncatingIfNeeded: TraceDigest.mix(UInt64(object), 0) >> 16) & (TraceDigest.cellCount - 1)
            while cells[index].run == run, cells[index].object != object { index = (index + 1) & (TraceDigest.cellCount - 1) }
            if cells[index].run != run { cells[index] = Cell(object: object, run: run) }
            return index
        }

        private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
            var z = (a &+ 0x9E37_79B9_7F4A_7C15) ^ (b &* 0xFF51_AFD7_ED55_8CCD)
            z = (z ^ (z >> 32)) &* 0xC4CE_B9FE_1A85_EC53
            return z ^ (z >> 29)
        }
    }
#endif
