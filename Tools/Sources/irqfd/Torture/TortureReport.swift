// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation

/// The result of a run.
struct TortureReport: Sendable, Encodable {
    let seed: UInt64
    let threads: Int
    let seconds: Double
    let rounds: UInt64
    let assigns: UInt64
    let refusals: UInt64
    let races: UInt64
    let deassigns: UInt64
    let closes: UInt64
    let releases: UInt64
    let signals: UInt64
    let writes: UInt64
    let reads: UInt64
    let injections: UInt64
    let pollables: UInt64
    let descriptorFiles: UInt64
    let remoteWrites: UInt64
    let strangers: UInt64
    let forgottenFiles: UInt64
    let forgottenSets: UInt64
    let forgottenReferences: UInt64
    let violations: UInt64
    let leaked: Int
    /// Sentences about what went wrong.
    let messages: [String]

    private enum CodingKeys: String, CodingKey {
        case seed, threads, seconds, rounds, assigns, refusals, races, deassigns, closes, releases, signals, writes, reads, injections
        case pollables, strangers
        case descriptorFiles = "descriptor_files"
        case remoteWrites = "remote_writes"
        case forgottenFiles = "forgotten_files"
        case forgottenSets = "forgotten_sets"
        case forgottenReferences = "forgotten_references"
        case violations, leaked, messages
    }

    init(seed: UInt64, threads: Int, seconds: Double, rounds: UInt64, tally: Tally, violations: Violations, leaked: Int) {
        self.seed = seed
        self.threads = threads
        self.seconds = seconds
        self.rounds = rounds
        assigns = tally.assigns.now
        refusals = tally.refusals.now
        races = tally.races.now
        deassigns = tally.deassigns.now
        closes = tally.closes.now
        releases = tally.releases.now
        signals = tally.signals.now
        writes = tally.writes.now
        reads = tally.reads.now
        injections = tally.injections.now
        pollables = tally.pollables.now
        descriptorFiles = tally.descriptorFiles.now
        remoteWrites = tally.remoteWrites.now
        strangers = tally.strangers.now
        forgottenFiles = tally.forgottenFiles.now
        forgottenSets = tally.forgottenSets.now
        forgottenReferences = tally.forgottenReferences.now
        self.violations = violations.count
        self.leaked = leaked
        messages = violations.messages
    }

    /// Whether all is as it should be.
    var isGood: Bool { violations == 0 && leaked == 0 }

    /// The result as one JSON object on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The result for people.
    func table() -> String {
        let lines = Report.table([
            ("assigns", "\(assigns)", "by \(threads) \(threads == 1 ? "thread" : "threads"), in \(rounds) rounds and \(seconds) s"),
            ("refusals", "\(refusals)", "assigns and deassigns that had to fail, or not to match"),
            ("lost races", "\(races)", "operations for which another thread was too fast"),
            ("deassigns", "\(deassigns)", ""),
            ("closes", "\(closes)", "and \(forgottenFiles) files dropped without"),
            ("releases", "\(releases)", "and \(forgottenSets) sets dropped without"),
            ("signals", "\(signals)", "\(forgottenReferences) references dropped without a put"),
            ("writes", "\(writes)", ""),
            ("reads", "\(reads)", ""),
            ("injections", "\(injections)", "times a line was raised"),
            ("pollables", "\(pollables)", "files that have lent a descriptor"),
            ("descriptor files", "\(descriptorFiles)", "on eventfds of the kernel's"),
            ("remote writes", "\(remoteWrites)", "by the other side of these"),
            ("strangers", "\(strangers)", "descriptors opened beside, and looked at when they were closed"),
            ("violations", "\(violations)", "of the invariants, and results that cannot be"),
            ("leaked", "\(leaked)", "objects still alive when all had ended"),
        ])
        let verdict = isGood ? "No violation, nothing leaked." : "FAILED. To see it again, perhaps: --seed \(seed) --threads \(threads)"
        return (lines + messages.map { "- \($0)" } + [verdict]).joined(separator: "\n")
    }
}
