// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import KVMIrqfd
    internal import ScheduleExplorer
    import Testing
    internal import WaitQueue
    internal import Workqueue

    /// What is known to be wrong must be found: else nothing is said by what is not found.
    @Suite("Historical schedules")
    struct HistoricalTests {
        @Test("The code before the patch fails in each of its ways, and with the one repair it does not")
        func prePatch() async {
            let found = await findings(prePatchDefects, in: "the code before the patch")
            var clean = 0
            for scenario in prePatchRepaired where await explore(scenario.name) { clean += 1 }
            if Replay.requested != nil { return }
            let list = found.map { "\($0.number) after \($0.schedules)" }.joined(separator: ", ")
            print(
                "pre-patch: \(found.count) of \(prePatchDefects.count) found (\(list)); with the one repair \(clean) of \(prePatchRepaired.count) clean"
            )
        }

        @Test("The patch as posted has its two defects, and keeps its promise")
        func asPosted() async {
            let found = await findings(asPostedDefects, in: "the patch as posted")
            var kept: [String] = []
            for (promise, scenario) in asPostedPromises where await explore(scenario.name) { kept.append(promise + " clean") }
            if Replay.requested != nil { return }
            let list = found.map { "\($0.number) found after \($0.schedules) schedule\($0.schedules == 1 ? "" : "s")" }.joined(
                separator: ", "
            )
            print("as posted: \(list); \(kept.joined(separator: "; "))")
        }
    }

    private func findings(_ defects: [HistoricalDefect], in code: String) async -> [(number: String, schedules: Int)] {
        var found: [(number: String, schedules: Int)] = []
        for defect in defects {
            if let schedules = await findAgain(defect, in: code) { found.append((defect.number, schedules)) }
        }
        return found
    }

    /// Explores a scenario that must fail, and prints how it did. Returns how many schedules it took; nil: another scenario is asked
    /// for, or it did not fail, or in another way.
    private func findAgain(_ defect: HistoricalDefect, in code: String, sourceLocation: SourceLocation = #_sourceLocation) async -> Int? {
        let name = defect.scenario.name
        guard let output = await outputOfExploration(of: name, sourceLocation: sourceLocation) else { return nil }
        let sentence = output.split(separator: "\nFAILURE: ").dropFirst().first?.prefix { $0 != "\n" } ?? ""
        let isFound = !sentence.isEmpty && defect.finding.allSatisfy { sentence.contains($0) }
        if isFound {
            // The word is for failures that nobody expects.
            let told = output.replacing(": failed after ", with: ": found after ").replacing("FAILURE: ", with: "found: ")
            print("expected, from \(code):\n\(told)", terminator: "")
        } else {
            print("schedules: \(name): FAILURE: not found\n\(output)", terminator: "")
        }
        #expect(isFound, "\(defect.number) was not found: \(defect.finding)", sourceLocation: sourceLocation)
        let schedules = output.split(separator: ": failed after ").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
        return isFound ? schedules : nil
    }
#endif
