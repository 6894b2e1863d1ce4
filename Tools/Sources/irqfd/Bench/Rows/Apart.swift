// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CLinux

    /// Keeps the two threads of a hot row on different processors.
    ///
    /// A scheduler that finds two threads taking turns may leave both on one processor: then a row of two threads that spin shows
    /// the scheduler, in the floor as in ours. Where there is one processor only, everything stays as it is.
    enum Apart {
        static let note =
            "the two threads of the floor and of ours are kept on different processors; the peers' are where the scheduler puts them"

        /// Runs a closure on the first processor: where it is measured.
        static func measuring<R>(_ body: () throws -> R) rethrows -> R { try staying(on: 0, body) }

        /// Runs a closure on the second processor, where the threads stay that it starts.
        static func starting<R>(_ body: () throws -> R) rethrows -> R { try staying(on: 1, body) }

        private static func staying<R>(on index: UInt32, _ body: () throws -> R) rethrows -> R {
            var before = clinux_processors()
            let stays = unsafe clinux_stay_on(index, &before) == 0
            defer { if stays { unsafe clinux_roam(&before) } }
            return try body()
        }
    }
#endif
