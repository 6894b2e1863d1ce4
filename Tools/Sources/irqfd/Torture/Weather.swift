// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What a round is like: it is drawn anew each time, so that the rounds differ in more than their order.
struct Weather: Sendable {
    /// Sets and eventfds that all threads share.
    let sharedSets: Int
    let sharedFiles: Int
    /// Sets and eventfds that each thread has for itself.
    let ownSets: Int
    let ownFiles: Int
    /// How many operations of a hundred go to what is shared.
    let shared: Int
    /// How many controllers of a hundred are slow, signal others, or keep what others use.
    let slow: Int
    let relays: Int
    let keepers: Int
    /// How many sets of a hundred inject on the system queue.
    let onSystemQueue: Int
    /// After how many steps of one thread the round ends for all.
    let steps: Int

    /// How many threads join in what one thread does with descriptors.
    let hands: Int
    /// After how many steps, and for how many microseconds, those who work with descriptors give way to the others.
    let spell: Int
    let pause: UInt32

    init(_ random: inout SplitMix64) {
        sharedSets = Int.random(in: 1...3, using: &random)
        sharedFiles = Int.random(in: 2...4, using: &random)
        ownSets = Int.random(in: 1...4, using: &random)
        ownFiles = Int.random(in: 2...8, using: &random)
        shared = Int.random(in: 5...60, using: &random)
        slow = Int.random(in: 10...50, using: &random)
        relays = Int.random(in: 0...30, using: &random)
        keepers = Int.random(in: 0...20, using: &random)
        onSystemQueue = Int.random(in: 0...100, using: &random)
        steps = Int.random(in: 200...3_000, using: &random)
        hands = Int.random(in: 1...2, using: &random)
        spell = Int.random(in: 2...16, using: &random)
        pause = UInt32.random(in: 200...2_000, using: &random)
    }

    /// The temper of a controller; `bench` has what it may use of others.
    func temper(_ random: inout SplitMix64, using bench: SharedBench?) -> TortureController.Temper {
        let number = Int.random(in: 0..<100, using: &random)
        if number < slow { return .slow }
        guard let bench else { return .prompt }
        if number < slow + relays { return .relay(bench.anyLine(&random)) }
        if number < slow + relays + keepers { return .keeper(bench.anyToKeep(&random)) }
        return .prompt
    }
}
