// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import FoundationXML
    import Testing

    @testable import irqfd

    @Suite struct BenchReportTests {
        private static let machine = MachineDescription(
            processor: "A <fast> & small one",
            cores: 2,
            system: "Some Linux",
            kernel: "6.18",
            swift: "6.3",
            build: "release",
            hypervisor: "KVM",
            kvm: true,
            date: "2026-11-24"
        )

        private static func row(_ name: String, _ goal: Goal, _ fill: (inout RowSamples) -> Void) -> RowResult {
            var samples = RowSamples()
            fill(&samples)
            let row = BenchRow(name: name, title: "what \(name) does | & more", floorTitle: "less", goal: goal) {
                RowMeters(ours: { 1 })
            }
            return RowResult(row, samples)
        }

        private static var report: BenchReport {
            let rows = [
                row("signal", Goal(.timesFloor(1.3), .times(50, of: "eventfd(2)"))) { samples in
                    samples.add(ours: 5)
                    samples.add(floor: 4)
                    samples.add(300, of: "eventfd(2)")
                },
                row("guest", Goal(.timesFloor(1.15))) { $0.add(note: "not measured: there is no \"/dev/kvm\"") },
                row("slow", Goal(.timesFloor(2))) { samples in
                    samples.add(ours: 50_000)
                    samples.add(floor: 10)
                },
            ]
            return BenchReport(machine: machine, rounds: 11, rows: rows, missing: ["gVisor: not built"])
        }

        @Test func everyRowHasTheSameKeys() throws {
            let object = try JSONSerialization.jsonObject(with: Data(Self.report.json().utf8)) as? [String: Any]
            let rows = try #require(object?["rows"] as? [[String: Any]])
            #expect(rows.count == 3)
            for row in rows {
                let keys = ["name", "title", "unit", "ours", "floor", "peers", "counts", "ratios", "goal", "meets", "notes", "rounds"]
                #expect(Set(keys).isSubset(of: row.keys), "\(row)")
            }
            #expect(rows[0]["meets"] as? Bool == true)
            #expect((rows[0]["ratios"] as? [String: Double])?["eventfd(2)"] == 60)
            #expect(rows[1]["meets"] is NSNull && rows[1]["ours"] is NSNull)
            #expect(rows[2]["meets"] as? Bool == false)
            #expect(object?["goals_met"] as? Int == 1)
            #expect(object?["goals_judged"] as? Int == 2)
            #expect(object?["missing"] as? [String] == ["gVisor: not built"])
            #expect((object?["machine"] as? [String: Any])?["kernel"] as? String == "6.18")
        }

        @Test func theTableSaysEverything() {
            let table = Self.report.table()
            let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.contains { $0.hasPrefix("signal") && $0.contains("eventfd(2) 300 ns (60.0)") && $0.hasSuffix("met") })
            #expect(lines.contains { $0.hasPrefix("slow") && $0.hasSuffix("MISSED") })
            #expect(lines.contains("guest: not measured: there is no \"/dev/kvm\""))
            #expect(lines.contains("missing: gVisor: not built"))
            #expect(lines.last == "goals met: 1 of 2 (1 more could not be judged); medians of 11 rounds")
            #expect(!lines.contains { $0.hasSuffix(" ") })
        }

        @Test func markdownHasAsManyCellsInEachRow() {
            let lines = Self.report.markdown().split(separator: "\n", omittingEmptySubsequences: false)
            let rows = lines.filter { $0.hasPrefix("|") }
            #expect(rows.count == 5)
            for row in rows {
                #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 8, "\(row)")
            }
            #expect(lines.contains { $0.contains("in a virtual machine (KVM)") })
            #expect(lines.contains("- gVisor: not built"))
        }

        @Test func theChartIsXML() {
            let chart = Chart(Self.report).svg
            let parser = XMLParser(data: Data(chart.utf8))
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
            #expect(chart.contains("A &lt;fast&gt; &amp; small one"))
            // Two rows that were measured: five bars; three more in the legend.
            #expect(chart.split(separator: "<rect class=\"ours\"").count - 1 == 3)
            #expect(chart.split(separator: "<rect class=\"floor\"").count - 1 == 3)
            #expect(chart.split(separator: "<rect class=\"peer\"").count - 1 == 2)
            #expect(!chart.contains("nan") && !chart.contains("inf\""))
        }

        @Test func aChartOfNothingIsXML() {
            let chart = Chart(BenchReport(machine: Self.machine, rounds: 1, rows: [], missing: [])).svg
            #expect(XMLParser(data: Data(chart.utf8)).parse())
        }

        @Test func theMachineIsDescribed() {
            let machine = MachineDescription.current
            #expect(machine.cores > 0 && !machine.kernel.isEmpty && !machine.processor.isEmpty && machine.date.count == 10)
            #expect(MachineDescription.field("model name", of: "a: b\nmodel name\t: X Y: Z\n") == "X Y: Z")
            #expect(MachineDescription.field("flags", of: "") == nil)
            #expect(MachineDescription.system("ID=debian\nPRETTY_NAME=\"Debian 12\"\n") == "Debian 12")
            #expect(MachineDescription.system("") == "Linux")
        }

        @Test func othersAreToldFromUs() throws {
            #expect(OtherPrograms.busyTicks("cpu  10 1 5 100 7 2 3 4 9 9\ncpu0 1 1 1 1 1 1 1 1\n") == 25)
            #expect(OtherPrograms.busyTicks("cpu  10 1 5\n") == nil && OtherPrograms.busyTicks("") == nil)
            let start = try #require(OtherPrograms())
            #expect(try #require(OtherPrograms()).processors(since: start) >= 0)
            var report = Self.report
            report.others = 0.1
            #expect(!report.verdict.contains("busy"))
            report.others = 1.5
            #expect(report.verdict.hasSuffix("others kept 1.50 processors busy meanwhile, which spoils figures"))
        }

        @Test func wordsAreWrapped() {
            #expect(Chart.wrapped("one two three", at: 7) == ["one two", "three"])
            #expect(Chart.wrapped("extraordinary", at: 4) == ["extraordinary"])
            #expect(Chart.escaped("a<b>&\"\u{1}") == "a&lt;b&gt;&amp;&quot;")
        }
    }
#endif
