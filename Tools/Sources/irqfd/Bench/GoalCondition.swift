// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// One thing that is asked of a row.
enum GoalCondition: Equatable, Sendable {
    /// Ours takes at most so many times as long as the floor.
    case timesFloor(Double)
    /// At least so many of ours fit into one of that peer's.
    case times(Double, of: String)
    /// Ours takes at most that part, one in so many, of the peer's time.
    case part(Double, of: String)
    /// Ours takes less time than that peer's.
    case ahead(of: String)
    /// Ours takes no more time than that peer's.
    case notBehind(String)
    /// Something that was counted is exactly that.
    case exactly(Double, String)
    /// Something that was counted is at least that.
    case atLeast(Double, String)
    /// Something that was counted is at most that.
    case atMost(Double, String)

    /// What came of it.
    enum Verdict: Equatable, Sendable {
        case met
        case missed
        /// It cannot be judged: what is missing.
        case leftOut(String)

        init(_ isMet: Bool) { self = isMet ? .met : .missed }
    }

    /// The condition for people.
    var text: String {
        switch self {
        case .timesFloor(let factor): "≤ \(Figure.plain(factor)) × floor"
        case .times(let factor, let peer): "≥ \(Figure.plain(factor)) × \(peer)"
        case .part(let factor, let peer): "≤ 1/\(Figure.plain(factor)) of \(peer)"
        case .ahead(let peer): "ahead of \(peer)"
        case .notBehind(let peer): "not behind \(peer)"
        case .exactly(let number, let name): "exactly \(Figure.plain(number)) \(name)"
        case .atLeast(let number, let name): "\(name) ≥ \(Figure.plain(number))"
        case .atMost(let number, let name): "\(name) ≤ \(Figure.plain(number))"
        }
    }

    /// The peer that is spoken of.
    var peer: String? {
        switch self {
        case .times(_, let peer), .part(_, let peer), .ahead(let peer), .notBehind(let peer): peer
        case .timesFloor, .exactly, .atLeast, .atMost: nil
        }
    }

    /// Whether the figures are what is asked for.
    func judge(_ figures: RowFigures) -> Verdict {
        switch self {
        case .exactly(let number, let name): Self.compare(figures.counts[name], name) { $0 == number }
        case .atLeast(let number, let name): Self.compare(figures.counts[name], name) { $0 >= number }
        case .atMost(let number, let name): Self.compare(figures.counts[name], name) { $0 <= number }
        case .timesFloor(let factor): Self.compare(figures.ours, figures.floor, "the floor") { $0 <= factor * $1 }
        case .times(let factor, let peer), .part(let factor, let peer):
            Self.compare(figures.ours, figures.peers[peer], peer) { factor * $0 <= $1 }
        case .ahead(let peer): Self.compare(figures.ours, figures.peers[peer], peer) { $0 < $1 }
        case .notBehind(let peer): Self.compare(figures.ours, figures.peers[peer], peer) { $0 <= $1 }
        }
    }

    private static func compare(_ number: Double?, _ name: String, _ isMet: (Double) -> Bool) -> Verdict {
        guard let number else { return .leftOut(name) }
        return Verdict(isMet(number))
    }

    private static func compare(_ ours: Double?, _ other: Double?, _ name: String, _ isMet: (Double, Double) -> Bool) -> Verdict {
        guard let ours else { return .leftOut("our own figure") }
        guard let other else { return .leftOut(name) }
        return Verdict(isMet(ours, other))
    }
}
