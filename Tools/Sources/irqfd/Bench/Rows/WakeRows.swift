// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import WaitQueue

    /// Rows about the wake of many functions, and about the queue's list.
    enum WakeRows {
        static let all = [
            wake("wake-16", of: 16, "16", Goal(.timesFloor(1.5))),
            wake("wake-1000", of: 1_000, "1,000", Goal(.timesFloor(1.5))),
            wake("wake-100000", of: 100_000, "100,000", Goal(.timesFloor(2)), callsFunctions: false),
            addRemove,
        ]

        private static func wake(_ name: String, of count: Int, _ words: String, _ goal: Goal, callsFunctions: Bool = true) -> BenchRow {
            BenchRow(
                name: name,
                title: "wake of \(words) functions, each",
                floorTitle: callsFunctions ? "a walk of as many nodes, with a call through a pointer" : "a pointer walk of as many nodes",
                goal: goal,
                prepare: {
                    let sizes = sizes
                    let list = try NodeList(count: count, sizes)
                    let head = WaitQueueHead()
                    for _ in 0..<count { head.add(WaitQueueEntry { _, _, _ in .notWoken }) }
                    let floor = TimedLoop(operations: count) { callsFunctions ? list.call($0) : list.look($0) }
                    let ours = TimedLoop(operations: count) { repetitions in
                        for _ in 0..<repetitions { head.wake() }
                    }
                    return RowMeters(
                        floor: floor.measure,
                        ours: ours.measure,
                        notes: [
                            "an entry of ours takes \(sizes.node + sizes.context) bytes; a node of the floor's takes as many, with its context"
                        ]
                    )
                }
            )
        }

        private static let addRemove = BenchRow(
            name: "add-remove",
            title: "add and remove",
            floorTitle: "two lock pairs",
            goal: Goal(.timesFloor(1.5), .ahead(of: PeerName.gvisor), .ahead(of: PeerName.eventListener)),
            prepare: {
                let floor = TimedLoop { floors_two_lock_pairs(UInt64($0)) }
                let head = WaitQueueHead()
                let entry = WaitQueueEntry { _, _, _ in .notWoken }
                let ours = TimedLoop { count in
                    for _ in 0..<count {
                        head.add(entry)
                        head.remove(entry)
                    }
                }
                return RowMeters(floor: floor.measure, ours: ours.measure)
            }
        )

        /// What a node and its context take of memory so that both take as much as an entry of ours: the walk goes over as much memory.
        private static var sizes: (node: Int, context: Int) {
            // The object: its head, the address of the node, and a function with its context.
            let object = 16 + 8 + 16
            let count = 4_096
            let before = floors_allocated_bytes()
            let entries = (0..<count).map { _ in WaitQueueEntry { _, _, _ in .notWoken } }
            let after = floors_allocated_bytes()
            withExtendedLifetime(entries) {}
            // Without the array that has them.
            let bytes = (Int(after) - Int(before)) / count - 8
            // Where the C library does not tell: about as much as it was when this was written.
            return bytes > object ? (bytes - object, object) : (128, object)
        }
    }
#endif
