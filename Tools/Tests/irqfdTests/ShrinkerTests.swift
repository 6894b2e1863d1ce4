// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct ShrinkerTests {
    /// Rules with something wrong in them, by what it is.
    private static let wrongRules: [(String, @Sendable (inout ArtificialSubject.Rules) -> Void)] = [
        ("the limit of output is one too low", { $0.outputLimit -= 1 }),
        ("the limit of output is one too high", { $0.outputLimit += 1 }),
        ("no error at the largest count", { $0.errorCount = nil }),
        ("a write may fill the counter", { $0.writeLimit = .max }),
        ("a write may not come as far", { $0.writeLimit -= 1 }),
        ("a signal stops one too early", { $0.signalLimit -= 1 }),
        ("a semaphore gives two", { $0.semaphoreTakes = 2 }),
        ("a write of zero is no event", { $0.zeroIsEvent = false }),
        ("a read is no event", { $0.readEvent = 0 }),
        ("a read is an event for those who wait for input", { $0.readEvent = 1 }),
    ]

    @Test(arguments: wrongRules.indices) func aWrongRuleIsFoundAndShrunkToSixOperations(index: Int) throws {
        let (name, spoil) = Self.wrongRules[index]
        var rules = ArtificialSubject.Rules()
        spoil(&rules)
        let comparison = Comparison(ours: ArtificialSubject("wrong", rules), theirs: ArtificialSubject("right", .init()))
        var found = 0
        for seed: UInt64 in 1...400 where found < 20 {
            var generator = ScriptGenerator(seed: seed, machines: 0, hasSignals: true)
            let script = generator.script(operations: 60)
            let result = try comparison.run(script)
            guard result.isMismatch else { continue }
            found += 1
            let shortest = try comparison.shrink(script, after: result)
            let again = try comparison.run(shortest, recordsRows: true)
            let table = ComparisonRow.table(again.rows, ("wrong", "right"))
            #expect(again.isMismatch && again.operations == shortest.operations.count)
            #expect(shortest.operations.count <= 6, "\(name):\n\(table)")
            #expect(table.contains("\n> \(shortest.operations.count)  "), "\(table)")
        }
        #expect(found > 0, "\(name) was not found")
    }

    @Test func rightRulesAreTheSame() throws {
        let comparison = Comparison(ours: ArtificialSubject("one", .init()), theirs: ArtificialSubject("other", .init()))
        for seed: UInt64 in 1...200 {
            var generator = ScriptGenerator(seed: seed, machines: 0, hasSignals: true)
            let result = try comparison.run(generator.script(operations: 60))
            #expect(!result.isMismatch && result.operations == 60)
        }
    }

    @Test func oneSeedMakesOneScript() {
        func script(_ seed: UInt64) -> Script {
            var generator = ScriptGenerator(seed: seed, machines: 2, hasSignals: true)
            return generator.script(operations: 100)
        }
        #expect(script(7) == script(7))
        #expect(script(7) != script(8))
    }

    @Test func whatDoesNotMatterGoesAway() throws {
        let script = Script(
            hasMachines: true,
            operations: [
                .create(slot: 2, initialValue: 77, semaphore: true, nonBlocking: true), .signal(slot: 1), .read(slot: 0), .poll(slot: 2),
                .assign(machine: 1, slot: 2, line: 11), .write(slot: 2, value: 1234), .release(machine: 0),
            ]
        )
        // Bad is every script that assigns something.
        let shrinker = Shrinker { script throws(CompareError) in
            script.operations.contains { if case .assign = $0 { true } else { false } }
        }
        #expect(try shrinker.shrink(script).operations == [.assign(machine: 0, slot: 0, line: 3)])
    }
}
