// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Testing

    @testable import irqfd

    @Suite(.serialized) struct BenchTests {
        private let nobody = PeerDirectory(path: "/nowhere/at/all")

        @Test func namesAreUnique() {
            let names = BenchRow.all.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(BenchRow.all.allSatisfy { !$0.title.isEmpty && !$0.goal.conditions.isEmpty })
            // A condition about the floor needs one.
            for row in BenchRow.all where row.goal.text.contains("× floor") { #expect(row.floorTitle != nil, "\(row.name)") }
        }

        @Test func twoRowsAreMeasured() {
            let rows = BenchRow.all.filter { ["signal", "write-read"].contains($0.name) }
            let report = Bench(rows: rows, rounds: 1, directory: nobody).run()
            #expect(report.rows.map(\.name) == ["signal", "write-read"])
            for row in report.rows {
                #expect(row.figures.ours ?? 0 > 0 && row.figures.floor ?? 0 > 0 && row.figures.peers[PeerName.eventfd] ?? 0 > 0)
                #expect(row.meets != nil && row.rounds == 1)
            }
        }

        /// One round of everything that does not take too long in a debug build.
        @Test(.timeLimit(.minutes(3))) func everyRowCanBeMeasured() {
            let rows = BenchRow.all.filter { !["release-growth", "release-16000"].contains($0.name) }
            let report = Bench(rows: rows, rounds: 1, directory: nobody).run()
            for row in report.rows where row.name != "guest" || report.machine.kvm {
                #expect(row.figures.ours ?? 0 > 0, "\(row.name): \(row.notes)")
                #expect(row.floorTitle == nil || row.figures.floor ?? 0 > 0, "\(row.name): \(row.notes)")
            }
        }

        @Test func whatFailsIsLeftOut() {
            struct Failure: Error, CustomStringConvertible { let description = "it broke" }
            func row(_ name: String, _ prepare: @escaping @Sendable () throws -> RowMeters) -> BenchRow {
                BenchRow(name: name, title: name, goal: Goal(.timesFloor(2), .ahead(of: "other")), prepare: prepare)
            }
            let rows = [
                row("unprepared") { throw Failure() },
                row("broken") { RowMeters(floor: { 1 }, ours: { throw Failure() }) },
                row("peerless") {
                    RowMeters(
                        floor: { 1 },
                        ours: { 1.5 },
                        peers: [.init(name: "other") { throw Failure() }, .init(name: "another") { 7 }]
                    )
                },
            ]
            let results = Bench(rows: rows, rounds: 3, directory: nobody).run().rows
            #expect(results[0].meets == nil && results[0].notes.contains("not measured: it broke"))
            #expect(results[1].meets == nil && results[1].figures.ours == nil && results[1].notes.contains { $0.hasSuffix("it broke") })
            #expect(results[2].meets == true && results[2].rounds == 3 && results[2].figures.peers == ["another": 7])
            #expect(results[2].notes == ["other failed: it broke", "not judged, without other: ahead of other"])
        }

        @Test func dearRowsHaveFewerRounds() {
            let row = BenchRow(name: "dear", title: "dear", goal: Goal(.timesFloor(2)), mostRounds: 2) {
                RowMeters(floor: { 1 }, ours: { 1 })
            }
            #expect(Bench(rows: [row], rounds: 5, directory: nobody).run().rows[0].rounds == 2)
        }

        @Test func someIrqfdsGoThroughAllSteps() throws {
            let result = try Million.measure(sets: 20)
            #expect(result.irqfds == 2_000 && result.steps.map(\.name) == MillionStep.allCases.map(\.rawValue))
            #expect(result.lost == 0)
            #expect(result.steps.allSatisfy { $0.each >= 0 && $0.eachOfATenth >= 0 })
            #expect(!result.lines.isEmpty)
        }

        @Test func everybodyHasAShare() {
            let result = Contest(threads: 2).run { _ in }
            #expect(result.nanoseconds > 0 && result.smallestShare > 0 && result.smallestShare <= 1)
        }
    }
#endif
