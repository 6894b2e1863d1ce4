// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import EventFD

    /// Rows in which several threads signal one file.
    enum ContentionRows {
        static let all = [2, 4, 8].map(row)

        private static let share = "smallest share of the mean"

        private static func row(_ threads: Int) -> BenchRow {
            BenchRow(
                name: "contention-\(threads)",
                title: "\(threads) threads signal one file",
                floorTitle: "as many threads add to one word",
                goal: Goal(.notBehind(PeerName.eventfd), .notBehind(PeerName.mutex), .atLeast(0.25, share)),
                notes: ["time that has passed, divided by the operations of all threads"],
                prepare: {
                    let contest = Contest(threads: threads)
                    let shares = Shares()
                    let (word, mutex, eventfd) = (SharedWord(), try SharedMutex(), try KernelEventfd())
                    let file = EventFDFile()
                    return RowMeters(
                        floor: { contest.run { word.add($0) }.nanoseconds },
                        ours: {
                            let signaller = Signaller(try file.makeContextReference())
                            let result = contest.run { Signaller.signal(signaller.reference, $0) }
                            shares.smallest = result.smallestShare
                            return result.nanoseconds
                        },
                        peers: [
                            .init(name: PeerName.eventfd) { contest.run { eventfd.write($0) }.nanoseconds },
                            .init(name: PeerName.mutex) { contest.run { mutex.add($0) }.nanoseconds },
                        ],
                        counts: { [share: shares.smallest] }
                    )
                }
            )
        }

        private final class Shares {
            var smallest = 0.0
        }
    }

    /// A word that several threads add to, on cache lines of its own.
    @safe private final class SharedWord: @unchecked Sendable {
        // Unchecked: the word is touched by atomic operations alone.
        private let lines = UnsafeMutablePointer<UInt64>.allocate(capacity: 32)

        init() { unsafe lines.initialize(repeating: 0, count: 32) }
        deinit { unsafe lines.deallocate() }

        func add(_ count: Int) { unsafe floors_add(lines + 16, UInt64(count)) }
    }

    /// A number and the pthread mutex around it.
    @safe private final class SharedMutex: @unchecked Sendable {
        // Unchecked: the number is touched with the mutex.
        private let mutex: OpaquePointer

        init() throws {
            guard let mutex = unsafe floors_mutex_open() else { throw BenchError("there is no memory for a mutex") }
            unsafe self.mutex = mutex
        }

        deinit { unsafe floors_mutex_close(mutex) }

        func add(_ count: Int) { unsafe floors_mutex_add(mutex, UInt64(count)) }
    }
#endif
