// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import ScheduleExplorer
    import Testing

    @Suite("The explorer itself")
    struct ExplorerTests {
        @Test("The search that reduces sees what the one that does not sees", arguments: comparedScenarios.map(\.name))
        func reductionLosesNothing(_ name: String) async {
            let output = text(
                await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) { [name] in
                    let scenario = comparedScenarios.first { $0.name == name }!
                    let reduced = Explorer.search(scenario, census: countWhatIsAlive)
                    let full = Explorer.search(scenario.with(.unreduced), census: countWhatIsAlive)
                    let areEqual =
                        reduced.observations == full.observations && reduced.traces == full.traces && reduced.isComplete && full.isComplete
                    print(
                        "schedules: \(name): \(full.schedules) without reduction, \(reduced.schedules) with it, \(reduced.traces.count) traces, "
                            + "\(reduced.observations.count) outcomes, \(areEqual ? "equal" : "NOT EQUAL")"
                    )
                }
            )
            print(output, terminator: "")
            #expect(output.contains(", equal"))
        }

        @Test("What fails is found, and said", arguments: failingScenarios.map(\.scenario.name))
        func failuresAreFound(_ name: String) async {
            let output = text(
                await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) { [name] in
                    Explorer.explore(failingScenarios.first { $0.scenario.name == name }!.scenario, census: countWhatIsAlive)
                }
            )
            let sentence = failingScenarios.first { $0.scenario.name == name }!.sentence
            #expect(output.contains("FAILURE: "), "\(output)")
            #expect(output.contains(sentence), "\(output)")
            #expect(output.contains("replay: SCHEDULE='\(name): "), "\(output)")
        }

        @Test("A replayed schedule fails as it did before")
        func replay() async {
            let first = text(
                await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                    Explorer.explore(failingScenarios[0].scenario, census: countWhatIsAlive)
                }
            )
            let line = first.split(separator: "\n").first { $0.hasPrefix("replay: SCHEDULE='") }
            let schedule = String(line?.split(separator: "'")[1] ?? "")
            let second = text(
                await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) { [schedule = schedule as String] in
                    Explorer.explore(failingScenarios[0].scenario, replaying: Replay(parsing: schedule), census: countWhatIsAlive)
                }
            )
            #expect(second.contains("failed after 1 schedules: an update was lost"), "\(second)")
        }

        @Test("Random schedules, and such with priorities, find it too")
        func sampledSearches() async {
            for depth in [0, 2] {
                let output = text(
                    await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) { [depth = depth as Int] in
                        Explorer.sample(
                            failingScenarios[0].scenario,
                            seed: 7,
                            runs: 1000,
                            depth: depth == 0 ? nil : depth,
                            census: countWhatIsAlive
                        )
                    }
                )
                #expect(output.contains("an update was lost"), "\(output)")
            }
        }

        @Test("A schedule survives being written down")
        func replayText() {
            let replay = Replay(name: "close against release", choices: [0, 1, 1, 1, 17, 3, 3, 0])
            #expect(replay.text == "close against release: 0 1x3 17 3x2 0")
            #expect(Replay(parsing: replay.text) == replay)
            #expect(Replay(parsing: "a: name") == Replay(name: "a: name", choices: []))
            #expect(Replay(parsing: "a: name: 3") == Replay(name: "a: name", choices: [3]))
        }
    }
#endif
