// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What is asked of a row: all of its conditions.
struct Goal: Equatable, Sendable {
    let conditions: [GoalCondition]

    init(_ conditions: GoalCondition...) { self.conditions = conditions }

    /// The goal for people.
    var text: String { conditions.map(\.text).joined(separator: "; ") }

    /// Whether all conditions that can be judged are met; nil: none can. And a remark about each that is missed or left out.
    func judge(_ figures: RowFigures) -> (meets: Bool?, remarks: [String]) {
        var meets: Bool?
        var remarks: [String] = []
        for condition in conditions {
            switch condition.judge(figures) {
            case .met: meets = meets ?? true
            case .missed:
                meets = false
                remarks.append("missed: \(condition.text)")
            case .leftOut(let what): remarks.append("not judged, without \(what): \(condition.text)")
            }
        }
        return (meets, remarks)
    }
}
