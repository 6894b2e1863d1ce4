// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors
    import CLinux
    import EventFD

    /// Rows about a file.
    enum FileRows {
        static let writeRead = BenchRow(
            name: "write-read",
            title: "write and read of one file",
            floorTitle: "two lock pairs",
            goal: Goal(.timesFloor(1.5), .times(30, of: PeerName.eventfd)),
            prepare: {
                let floor = TimedLoop { floors_two_lock_pairs(UInt64($0)) }
                let file = EventFDFile()
                let ours = TimedLoop { try writeAndRead(file, $0) }
                let eventfd = try KernelEventfd()
                let theirs = TimedLoop { eventfd.writeAndRead($0) }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: [.init(name: PeerName.eventfd, measure: theirs.measure)]
                )
            }
        )

        static let createClose = BenchRow(
            name: "create-close",
            title: "create and close a file",
            floorTitle: "two class instances made and dropped",
            goal: Goal(.timesFloor(2), .part(15, of: PeerName.eventfd)),
            prepare: {
                let floor = TimedLoop { count in
                    for _ in 0..<count { _ = makeTwo() }
                }
                let ours = TimedLoop { try createAndClose($0) }
                let theirs = TimedLoop { count in
                    for _ in 0..<count { _ = clinux_close(clinux_eventfd(0, false, false)) }
                }
                return RowMeters(
                    floor: floor.measure,
                    ours: ours.measure,
                    peers: [.init(name: PeerName.eventfd, measure: theirs.measure)]
                )
            }
        )

        @inline(never)
        private static func writeAndRead(_ file: EventFDFile, _ count: Int) throws {
            for _ in 0..<count {
                try file.tryWrite(1)
                _ = try file.tryRead()
            }
        }

        @inline(never)
        private static func createAndClose(_ count: Int) throws {
            for _ in 0..<count { try EventFDFile().close() }
        }

        // MARK: The floor

        private final class Inner {
            let number = 0
        }

        private final class Outer {
            let inner: Inner

            init(_ inner: Inner) { self.inner = inner }
        }

        /// Apart: what is given back is not made on the stack.
        @inline(never)
        private static func makeTwo() -> Outer { Outer(Inner()) }
    }
#endif
