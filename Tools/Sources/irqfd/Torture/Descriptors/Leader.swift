// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import GuestKit
    import Workqueue

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// What one thread does with descriptors, together with a few hands: other threads, which do their parts at the same moment.
    ///
    /// Each play begins with new things. When all have done their parts, nothing is going on any more, and everything that must be so can be
    /// asked for. What comes through the poller's thread may take a moment longer, and is waited for.
    final class Leader {
        /// What a hand does, or the leader meanwhile.
        typealias Part = @Sendable (Activity) -> Void

        /// A file on a descriptor. The parcel is the only reference to the file.
        struct Foreign {
            let file: Parcel<OpenFile>
            let line: SharedLine
            let peer: Peer
        }

        let arena: Arena
        let activity: Activity
        let weather: Weather
        var random: SplitMix64
        /// Some of the sets inject on it.
        let queue: SingleThreadWorkqueue
        private let band: Racers

        var violations: Violations { arena.violations }
        var tally: Tally { arena.tally }

        /// The calling thread is the first of the band.
        init(_ band: Racers, _ arena: Arena, _ weather: Weather, queue: SingleThreadWorkqueue, activity: Activity, seed: UInt64) {
            self.band = band
            self.arena = arena
            self.weather = weather
            self.queue = queue
            self.activity = activity
            random = SplitMix64(seed: seed)
        }

        /// One play.
        func step() {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<25: balance()
            case 25..<45: listen()
            case 45..<65: interrupt()
            case 65..<80: lend()
            case 80..<85: watch()
            case 85..<93: sleepAndWake()
            default: exchange()
            }
        }

        /// All do their parts at the same moment; returns when all have, and have let go of what was theirs.
        func play(_ own: @escaping Part, hands: [Part]) {
            let lanes = [own] + hands
            band.race(band.activities.indices.map { $0 < lanes.count ? [lanes[$0]] : [] })
        }

        /// One part for each hand.
        func hands(_ part: (inout SplitMix64) -> Part) -> [Part] {
            (0..<weather.hands).map { _ in part(&random) }
        }

        /// Opens a kernel's eventfd and a file on it; nil: that failed.
        func openForeign(_ initialValue: UInt32, _ flags: EventFDFlags, sets: Int = 0) -> Foreign? {
            do throws(EventFDError) {
                let open = try OpenFile(on: EventFDDescriptor(initialValue: initialValue, flags: flags), sets: sets, tally)
                return open.peer.map { Foreign(file: Parcel(open), line: open.line, peer: $0) }
            } catch {
                violations.add("a file on a new descriptor: \(error)")
                return nil
            }
        }

        /// The same descriptor once more, in a parcel of its own.
        func duplicate(_ peer: Peer) -> Parcel<Peer>? {
            do throws(EventFDError) { return Parcel(try peer.duplicate()) } catch {
                violations.add("a duplicate of a descriptor: \(error)")
                return nil
            }
        }

        /// Waits for a while until something is so. False: it is not.
        func waitUntil(_ condition: () -> Bool) -> Bool { Self.waitUntil(arena, condition) }

        static func waitUntil(_ arena: Arena, _ condition: () -> Bool) -> Bool {
            // Not long again for each, once something is wrong.
            let end = ContinuousClock.now + (arena.violations.count == 0 ? .seconds(5) : .milliseconds(100))
            while !condition() {
                if ContinuousClock.now > end { return condition() }
                usleep(20)
            }
            return true
        }
    }
#endif
