// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation

    /// The result of a run.
    struct BenchReport: Sendable, Encodable {
        let machine: MachineDescription
        let rounds: Int
        let rows: [RowResult]
        /// Peers that are not there, and why.
        let missing: [String]
        /// How many processors others kept busy meanwhile; nil: the system does not tell.
        var others: Double?
        var million: MillionResult?
        var seconds = 0.0

        private enum CodingKeys: String, CodingKey {
            case machine, rounds, rows, missing, million, seconds
            case others = "others_processors"
            case goalsMet = "goals_met"
            case goalsJudged = "goals_judged"
        }

        /// Whether each goal that could be judged is met.
        private var verdicts: [Bool] { (rows.map(\.meets) + [million?.meets]).compactMap { $0 } }
        var goalsMet: Int { verdicts.count { $0 } }
        var goalsJudged: Int { verdicts.count }
        var isGood: Bool { goalsMet == goalsJudged }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(machine, forKey: .machine)
            try container.encode(rounds, forKey: .rounds)
            try container.encode(rows, forKey: .rows)
            try container.encode(missing, forKey: .missing)
            try container.encode(others, forKey: .others)
            try container.encode(million, forKey: .million)
            try container.encode(seconds, forKey: .seconds)
            try container.encode(goalsMet, forKey: .goalsMet)
            try container.encode(goalsJudged, forKey: .goalsJudged)
        }

        /// The result as one JSON object on one line.
        func json() throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
#endif
