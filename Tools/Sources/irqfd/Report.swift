// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation
import GuestKit

/// The result of a run.
struct Report: Sendable, Encodable {
    let backend: String
    let source: String
    let devices: Int
    let seed: UInt64
    let rounds: UInt64
    let seconds: Double
    let signals: UInt64
    let injected: UInt64
    let delivered: UInt64
    let coalesced: UInt64
    let spare: UInt64
    let unheard: UInt64
    let lost: UInt64
    let late: UInt64
    let leaked: Int
    let processes: UInt64
    let killed: UInt64
    /// What this process had open before the run, and after it.
    let descriptorsBefore: Int
    let descriptorsAfter: Int
    let latencySamples: UInt64
    let latencyP50: Double
    let latencyP99: Double
    /// Sentences about what went wrong.
    let failures: [String]

    private enum CodingKeys: String, CodingKey {
        case backend, source, devices, seed, rounds, seconds, signals, injected, delivered, coalesced, spare, unheard, lost, late, leaked
        case processes, killed, failures
        case descriptorsBefore = "descriptors_before"
        case descriptorsAfter = "descriptors_after"
        case latencySamples = "latency_samples"
        case latencyP50 = "latency_p50_us"
        case latencyP99 = "latency_p99_us"
    }

    /// Whether all is as it should be.
    var isGood: Bool { lost == 0 && late == 0 && leaked == 0 && failures.isEmpty }

    /// The result as one JSON object on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The result for people.
    func table() -> String {
        var rows = [
            ("signals sent", "\(signals)", "by \(devices) devices, in \(rounds) rounds and \(seconds) s"),
            ("interrupts injected", "\(injected)", "times a line was raised"),
            ("taken by the guest", "\(delivered)", spare == 0 ? "" : "\(spare) of them for signals that others had answered already"),
            ("signals coalesced", "\(coalesced)", "shared the interrupt of another signal"),
            ("signals unheard", "\(unheard)", "came after their irqfd had ended"),
            ("lost", "\(lost)", "signals without an interrupt, though assigned"),
            ("late", "\(late)", "injections after deassign or release had returned"),
            ("leaked", "\(leaked)", "objects still alive when all had ended"),
            ("descriptors open", "\(descriptorsAfter)", "\(descriptorsBefore) before"),
            ("latency p50", "\(latencyP50) µs", "from signal to taken, \(latencySamples) single signals"),
            ("latency p99", "\(latencyP99) µs", ""),
        ]
        if source == Source.descriptors.rawValue { rows.append(("processes", "\(processes)", "\(killed) of them killed")) }
        return (Self.table(rows) + [isGood ? "Nothing lost, late or leaked." : "FAILED."]).joined(separator: "\n")
    }

    /// Lays out rows of a name, a value and a remark.
    static func table(_ rows: [(String, String, String)]) -> [String] {
        let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        return rows.map { name, value, remark in
            let line = name.padding(toLength: widths.0, withPad: " ", startingAt: 0) + "  " + pad(value, to: widths.1)
            return remark.isEmpty ? line : "\(line)  \(remark)"
        }
    }

    /// Seconds with one digit behind the point.
    static func tenths(_ time: Duration) -> Double {
        (time / .milliseconds(100)).rounded() / 10
    }

    private static func pad(_ value: String, to width: Int) -> String {
        String(repeating: " ", count: width - value.count) + value
    }
}
