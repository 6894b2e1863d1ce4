// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import Dispatch
    import Workqueue

    /// Rows about works: their queueing, and the flush of what is idle.
    enum WorkRows {
        static let queueing = [enqueuePending, enqueueRun]
        static let idle = [flushIdleWork, flushIdleQueue]

        private static let enqueuePending = BenchRow(
            name: "enqueue-pending",
            title: "enqueue a pending work",
            floorTitle: "one atomic read-modify-write",
            goal: Goal(.timesFloor(1.3)),
            notes: ["Dispatch: an addition to a source whose queue is suspended"],
            prepare: {
                let floor = TimedLoop { floors_read_modify_write(UInt64($0)) }
                let held = HeldQueue(name: "bench-pending")
                let work = Work { _ in }
                held.queue.enqueue(work)
                let ours = TimedLoop { count in
                    for _ in 0..<count { held.queue.enqueue(work) }
                }
                let queue = DispatchQueue(label: "bench-pending")
                let source = DispatchSource.makeUserDataAddSource(queue: queue)
                source.setEventHandler {}
                source.activate()
                queue.sync {}
                queue.suspend()
                let theirs = TimedLoop { count in
                    for _ in 0..<count { source.add(data: 1) }
                }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: [.init(name: PeerName.dispatch, measure: theirs.measure)],
                    end: {
                        held.letGo()
                        held.end()
                        queue.resume()
                        source.cancel()
                    }
                )
            }
        )

        /// How many works a slice of enqueue-run has.
        private static let many = 10_000

        private static let enqueueRun = BenchRow(
            name: "enqueue-run",
            title: "enqueue fresh works and run them, each",
            goal: Goal(.times(7, of: PeerName.dispatch), .ahead(of: PeerName.glib), .ahead(of: PeerName.liburcu)),
            notes: ["\(many) works, made beforehand, and a flush; Dispatch: as many closures on a serial queue, and a sync", Apart.note],
            prepare: {
                let ours = Apart.starting { SingleThreadWorkqueue(name: "bench-run") }
                let theirs = DispatchQueue(label: "bench-run")
                return RowMeters(
                    ours: {
                        let works = (0..<many).map { _ in Work { _ in } }
                        let time = Apart.measuring {
                            RawClock.time {
                                for work in works { ours.enqueue(work) }
                                ours.flush()
                            }
                        }
                        return time / Double(many)
                    },
                    peers: [
                        .init(name: PeerName.dispatch) {
                            let time = RawClock.time {
                                for _ in 0..<many { theirs.async {} }
                                theirs.sync {}
                            }
                            return time / Double(many)
                        }
                    ],
                    end: { ours.shutdown() }
                )
            }
        )

        private static let flushIdleWork = BenchRow(
            name: "flush-idle-work",
            title: "flush of an idle work",
            floorTitle: "a call with one load",
            goal: Goal(.timesFloor(2)),
            prepare: {
                let floor = TimedLoop { floors_load(UInt64($0)) }
                let queue = SingleThreadWorkqueue(name: "bench-idle-work")
                let work = Work { _ in }
                queue.enqueue(work)
                queue.flush()
                let ours = TimedLoop { count in
                    for _ in 0..<count { work.flush() }
                }
                return RowMeters(floor: floor.measure, ours: ours.measure, end: { queue.shutdown() })
            }
        )

        private static let flushIdleQueue = BenchRow(
            name: "flush-idle-queue",
            title: "flush of an idle queue",
            floorTitle: "one lock pair",
            goal: Goal(.timesFloor(2)),
            notes: ["Dispatch: a sync on an idle queue"],
            prepare: {
                let floor = TimedLoop { floors_lock_pair(UInt64($0)) }
                let queue = SingleThreadWorkqueue(name: "bench-idle-queue")
                let work = Work { _ in }
                queue.enqueue(work)
                queue.flush()
                let ours = TimedLoop { count in
                    for _ in 0..<count { queue.flush() }
                }
                let dispatch = DispatchQueue(label: "bench-idle-queue")
                let theirs = TimedLoop { count in
                    for _ in 0..<count { dispatch.sync {} }
                }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: [.init(name: PeerName.dispatch, measure: theirs.measure)],
                    end: { queue.shutdown() }
                )
            }
        )
    }
#endif
