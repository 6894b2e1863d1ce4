// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct GoalTests {
    private let figures = RowFigures(
        ours: 10,
        floor: 8,
        peers: ["eventfd(2)": 300, "gVisor": 10],
        counts: ["waits": 1, "share": 0.3]
    )

    @Test func aMultipleOfTheFloor() {
        #expect(GoalCondition.timesFloor(1.25).judge(figures) == .met)
        #expect(GoalCondition.timesFloor(1.24).judge(figures) == .missed)
        #expect(GoalCondition.timesFloor(1.3).text == "≤ 1.3 × floor")
    }

    @Test func againstPeers() {
        #expect(GoalCondition.times(30, of: "eventfd(2)").judge(figures) == .met)
        #expect(GoalCondition.times(31, of: "eventfd(2)").judge(figures) == .missed)
        #expect(GoalCondition.part(30, of: "eventfd(2)").judge(figures) == .met)
        #expect(GoalCondition.part(31, of: "eventfd(2)").judge(figures) == .missed)
        // As fast is not ahead, and not behind.
        #expect(GoalCondition.ahead(of: "gVisor").judge(figures) == .missed)
        #expect(GoalCondition.notBehind("gVisor").judge(figures) == .met)
        #expect(GoalCondition.times(50, of: "eventfd(2)").text == "≥ 50 × eventfd(2)")
        #expect(GoalCondition.part(25, of: "KVM").text == "≤ 1/25 of KVM")
    }

    @Test func whatIsCounted() {
        #expect(GoalCondition.exactly(1, "waits").judge(figures) == .met)
        #expect(GoalCondition.exactly(2, "waits").judge(figures) == .missed)
        #expect(GoalCondition.atLeast(0.25, "share").judge(figures) == .met)
        #expect(GoalCondition.atLeast(0.31, "share").judge(figures) == .missed)
        #expect(GoalCondition.atMost(0.3, "share").judge(figures) == .met)
        #expect(GoalCondition.atMost(0.29, "share").judge(figures) == .missed)
    }

    @Test func whatIsMissingIsNotJudged() {
        #expect(GoalCondition.ahead(of: "liburcu").judge(figures) == .leftOut("liburcu"))
        #expect(GoalCondition.exactly(1, "wakes").judge(figures) == .leftOut("wakes"))
        #expect(GoalCondition.timesFloor(2).judge(RowFigures(ours: 1)) == .leftOut("the floor"))
        #expect(GoalCondition.timesFloor(2).judge(RowFigures(floor: 1)) == .leftOut("our own figure"))
    }

    @Test func aGoalIsMetWhenAllThatCanBeJudgedIs() {
        let partly = Goal(.timesFloor(1.3), .ahead(of: "liburcu")).judge(figures)
        #expect(partly.meets == true)
        #expect(partly.remarks == ["not judged, without liburcu: ahead of liburcu"])
        let missed = Goal(.timesFloor(1.1), .times(30, of: "eventfd(2)")).judge(figures)
        #expect(missed.meets == false)
        #expect(missed.remarks == ["missed: ≤ 1.1 × floor"])
        #expect(Goal(.ahead(of: "liburcu")).judge(figures).meets == nil)
        #expect(Goal(.timesFloor(1.3), .times(50, of: "eventfd(2)")).text == "≤ 1.3 × floor; ≥ 50 × eventfd(2)")
    }

    @Test func ratiosSayHowManyTimes() {
        #expect(figures.ratios == ["floor": 1.25, "eventfd(2)": 30, "gVisor": 1])
        #expect(RowFigures(floor: 3).ratios.isEmpty)
    }
}
