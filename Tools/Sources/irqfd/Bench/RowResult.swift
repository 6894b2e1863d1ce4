// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A row of the report.
struct RowResult: Sendable, Encodable {
    let name: String
    /// The operation, for people.
    let title: String
    /// What the floor is, for people.
    let floorTitle: String?
    let figures: RowFigures
    let goal: String
    /// The peers that the goal speaks of.
    let goalPeers: Set<String>
    /// Nil: the row was not measured, or nothing of the goal can be judged.
    let meets: Bool?
    let notes: [String]
    /// Of how many rounds the figures are medians.
    let rounds: Int
    /// Between which figures of a round the middle half of ours, and of the floor's, lies.
    let spread: [String: [Double]]

    /// The unit of all figures but the counts.
    static let unit = "ns"

    init(_ row: BenchRow, _ samples: RowSamples) {
        name = row.name
        title = row.title
        floorTitle = row.floorTitle
        figures = samples.figures
        goal = row.goal.text
        goalPeers = Set(row.goal.conditions.compactMap(\.peer))
        let (meets, remarks) = row.goal.judge(figures)
        self.meets = figures.ours == nil ? nil : meets
        let counted = figures.counts.sorted { $0.key < $1.key }.map { "\($0.key): \(Figure.significant($0.value))" }
        notes = row.notes + samples.notes + counted + remarks
        rounds = samples.ours.count
        spread = ["ours": samples.ours, "floor": samples.floor].compactMapValues { Figure.middleHalf($0) }
    }

    private enum CodingKeys: String, CodingKey {
        case name, title, unit, ours, floor, peers, counts, ratios, goal, meets, notes, rounds, spread
        case floorTitle = "floor_is"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(title, forKey: .title)
        try container.encode(Self.unit, forKey: .unit)
        // Null where there is none: every row has the same keys.
        try container.encode(figures.ours, forKey: .ours)
        try container.encode(figures.floor, forKey: .floor)
        try container.encode(floorTitle, forKey: .floorTitle)
        try container.encode(figures.peers, forKey: .peers)
        try container.encode(figures.counts, forKey: .counts)
        try container.encode(figures.ratios, forKey: .ratios)
        try container.encode(goal, forKey: .goal)
        try container.encode(meets, forKey: .meets)
        try container.encode(notes, forKey: .notes)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(spread, forKey: .spread)
    }
}
