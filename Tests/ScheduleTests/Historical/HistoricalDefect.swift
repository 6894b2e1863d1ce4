// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import ScheduleExplorer

    /// A scenario in which old code must fail, and parts of the sentence with which it does.
    struct HistoricalDefect: Sendable {
        /// P: before the patch, B: in the patch as posted.
        let number: String
        let scenario: Scenario
        let finding: [String]

        init(_ number: String, _ scenario: Scenario, finding: [String]) {
            self.number = number
            self.scenario = scenario
            self.finding = finding
        }
    }

    /// Looked up by name. None of them is a promise of this package's own code.
    let historicalScenarios =
        prePatchDefects.map(\.scenario) + prePatchRepaired + asPostedDefects.map(\.scenario) + asPostedPromises.map(\.scenario)
#endif
