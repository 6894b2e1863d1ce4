// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import Workqueue

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// What the threads do in a round that work with descriptors, beside those that do not, until these end it.
struct DescriptorLanes {
    /// How many threads there are, the last a sleeper, the one before it a leader of `hands`.
    static var count: Int { 6 }
    /// The most that a leader has.
    static var hands: Int { 2 }

    /// More steps than a round ever takes. A round in which those who could end it are stuck ends, so that the watch can say so.
    private static var most: Int { 100_000 }

    let arena: Arena
    let band: Racers
    /// What the other threads share: they say when the round ends.
    let bench: SharedBench
    /// What these threads share.
    let others: SharedBench

    typealias Lane = @Sendable (Activity) -> Void

    /// All but the sleeper's.
    func all(_ queue: SingleThreadWorkqueue, _ random: inout SplitMix64) -> [Lane] {
        [
            strangers(seed: random.next()), own(seed: random.next()), rival(seed: random.next()), rival(seed: random.next()),
            lead(queue, seed: random.next()),
        ]
    }

    private func strangers(seed: UInt64) -> Lane {
        { [arena, bench] activity in
            var random = SplitMix64(seed: seed)
            var crowd = Crowd(arena, bench.weather)
            for _ in 0..<Self.most where !bench.isEnding.isSo {
                activity.enter(.lending)
                crowd.step(&random)
            }
            crowd.finish()
        }
    }

    /// Everything that an owner does, with files that all lend descriptors.
    private func own(seed: UInt64) -> Lane {
        { [arena, bench] activity in
            let owner = Owner(bench: bench, arena: arena, activity: activity, seed: seed, lends: true)
            Self.repeatInSpells(bench) { owner.step() }
            owner.finish()
        }
    }

    /// Everything that a rival does, with files on descriptors and files that lend some.
    private func rival(seed: UInt64) -> Lane {
        { [arena, bench, others] activity in
            var random = SplitMix64(seed: seed)
            let rival = Rival(bench: others, arena: arena, activity: activity)
            Self.repeatInSpells(bench) {
                if Bool.random(using: &random) { rival.step(&random) } else { rival.descriptorStep(&random) }
            }
            rival.finish(&random)
        }
    }

    private func lead(_ queue: SingleThreadWorkqueue, seed: UInt64) -> Lane {
        { [arena, bench, band] activity in
            #if os(Linux)
                let leader = Leader(band, arena, bench.weather, queue: queue, activity: activity, seed: seed)
                for _ in 0..<Self.most where !bench.isEnding.isSo {
                    leader.step()
                    usleep(bench.weather.pause / 4)
                }
            #endif
        }
    }

    /// Again and again until the round ends, with pauses: the machine is there for the others as well.
    private static func repeatInSpells(_ bench: SharedBench, _ body: () -> Void) {
        for _ in 0..<most where !bench.isEnding.isSo {
            for _ in 0..<bench.weather.spell where !bench.isEnding.isSo { body() }
            usleep(bench.weather.pause)
        }
    }
}
