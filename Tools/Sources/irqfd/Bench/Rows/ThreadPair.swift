// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors

    /// Two threads, the calling one and one that answers: the floor of every hand-off.
    @safe final class ThreadPair {
        private let pair: OpaquePointer

        /// Either side looks so many times before it sleeps.
        init(ownPauses: Int, theirPauses: Int) throws {
            guard let pair = unsafe floors_pair_open(UInt32(ownPauses), UInt32(theirPauses)) else {
                throw BenchError("a thread that answers could not be started")
            }
            unsafe self.pair = pair
        }

        deinit { unsafe floors_pair_close(pair) }

        func roundTrips(_ count: Int) { unsafe floors_pair_round_trips(pair, UInt64(count)) }
    }
#endif
