// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// Strangers that come and go all the time, so that each number that the library closes is soon another's.
struct Crowd {
    private let arena: Arena
    private let weather: Weather
    private var strangers: [Stranger] = []

    init(_ arena: Arena, _ weather: Weather) {
        self.arena = arena
        self.weather = weather
    }

    /// Some go, some come: these get the lowest numbers that are free.
    mutating func step(_ random: inout SplitMix64) {
        let size = Int.random(in: 4...32, using: &random)
        while strangers.count > size / 2 {
            strangers.swapAt(Int.random(in: 0..<strangers.count, using: &random), strangers.count - 1)
            dismissLast()
        }
        while strangers.count < size {
            guard let stranger = Stranger(Stranger.Kind.allCases.randomElement(using: &random)!) else {
                return arena.violations.add("a stranger could not open a descriptor")
            }
            strangers.append(stranger)
            arena.tally.strangers.add()
        }
        usleep(UInt32.random(in: 1...weather.pause / 2, using: &random))
    }

    mutating func finish() {
        while !strangers.isEmpty { dismissLast() }
    }

    private mutating func dismissLast() {
        let stranger = strangers.removeLast()
        if let harm = stranger.close() { arena.violations.add("a stranger's descriptor was \(harm.rawValue): \(stranger.kind)") }
    }
}
