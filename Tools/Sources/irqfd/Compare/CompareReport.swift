// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation

/// The result of a run.
struct CompareReport: Sendable, Encodable {
    let seed: UInt64
    /// Whether irqfds were compared.
    let kvm: Bool
    /// What was not compared, and why.
    let omissions: [String]
    private(set) var scripts = 0
    /// How many of them were about files on descriptors.
    private(set) var descriptorScripts = 0
    private(set) var operations = 0
    /// How many lines of the kernel's machines have had an interrupt after an operation.
    private(set) var interrupts = 0
    private(set) var mismatches = 0
    /// How often each known difference applied, by its name.
    private(set) var excused: [String: Int]
    /// The shrunk scripts, each with what the two sides did.
    private(set) var messages: [String] = []
    /// How many operations each of them has.
    private(set) var shortest: [Int] = []
    var seconds = 0.0

    private enum CodingKeys: String, CodingKey {
        case seed, kvm, omissions, scripts, operations, interrupts, mismatches, excused, messages, shortest, seconds
        case descriptorScripts = "descriptor_scripts"
    }

    init(seed: UInt64, kvm: Bool, omissions: [String]) {
        self.seed = seed
        self.kvm = kvm
        self.omissions = omissions
        excused = Dictionary(uniqueKeysWithValues: Difference.allCases.map { ($0.rawValue, 0) })
    }

    /// Counts a script.
    mutating func add(_ result: Comparison.Result, isOnDescriptors: Bool) {
        scripts += 1
        if isOnDescriptors { descriptorScripts += 1 }
        operations += result.operations
        interrupts += result.interrupts
        for (difference, count) in result.excused { excused[difference.rawValue, default: 0] += count }
    }

    /// Counts a mismatch; its script has been counted.
    mutating func addMismatch(_ message: String, operations: Int) {
        mismatches += 1
        messages.append(message)
        shortest.append(operations)
    }

    /// Whether all is as it should be.
    var isGood: Bool { mismatches == 0 }

    /// The result as one JSON object on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The result for people.
    func table() -> String {
        let rows = [
            ("scripts", "\(scripts)", "in \(seconds) s; \(descriptorScripts) of them with files on descriptors"),
            ("operations", "\(operations)", "after each of which both sides were looked at"),
            ("interrupts", "\(interrupts)", kvm ? "of the kernel's machines" : ""),
            ("mismatches", "\(mismatches)", ""),
        ]
        let excuses = excused.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)", "times as documented") }
        let verdict = isGood ? "No mismatch." : "FAILED. To see it again: --seed \(seed)"
        return (Report.table(rows + excuses) + messages + [verdict]).joined(separator: "\n")
    }
}
