// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import irqfd

@Suite struct DifferenceTests {
    /// The table in the article has a row for each rule, and none for anything else.
    @Test func everyDifferenceIsDocumented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let article = root.appending(path: "Sources/KVMIrqfd/KVMIrqfd.docc/ComparedWithTheKernel.md")
        let rows = try String(contentsOf: article, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let names = rows.map { $0.dropFirst(3).prefix { $0 != "`" } }
        #expect(names.sorted() == Difference.allCases.map(\.rawValue).sorted().map { Substring($0) })
        #expect(rows.allSatisfy { $0.split(separator: "|").count == 4 })
    }

    @Test func theCounterIsConsumedOnlyByWhatGoesInWhileItIsAssigned() {
        let rule = Difference.counterIsConsumed
        var model = ScriptModel()
        model.apply(.create(slot: 0, initialValue: 5, semaphore: false, nonBlocking: true))
        #expect(!rule.applies(to: .signal(slot: 0), in: model))
        model.apply(.assign(machine: 1, slot: 0, line: 3))
        #expect(rule.applies(to: .signal(slot: 0), in: model) && rule.applies(to: .write(slot: 0, value: 0), in: model))
        #expect(
            !rule.applies(to: .write(slot: 0, value: .max - 5), in: model) && !rule.applies(to: .write(slot: 0, value: .max), in: model)
        )
        #expect(!rule.applies(to: .read(slot: 0), in: model) && !rule.applies(to: .signal(slot: 1), in: model))
        model.apply(.signal(slot: 0))
        #expect(model.file(in: 0)?.count == 0)
        model.apply(.release(machine: 1))
        #expect(!rule.applies(to: .signal(slot: 0), in: model))
    }

    @Test func aSecondAssignIsExcusedInAnotherMachineOnly() {
        let rule = Difference.secondAssignInAnotherMachine
        var model = ScriptModel()
        model.apply(.create(slot: 0, initialValue: 0, semaphore: false, nonBlocking: true))
        #expect(!rule.applies(to: .assign(machine: 0, slot: 0, line: 3), in: model))
        model.apply(.assign(machine: 0, slot: 0, line: 3))
        #expect(!rule.applies(to: .assign(machine: 0, slot: 0, line: 4), in: model))
        #expect(rule.applies(to: .assign(machine: 1, slot: 0, line: 3), in: model))
        #expect(rule.accepts(.done, .failed(16)) && !rule.accepts(.done, .done) && !rule.accepts(.failed(16), .failed(16)))
        model.apply(.deassign(machine: 0, slot: 0, line: 4))
        #expect(rule.applies(to: .assign(machine: 1, slot: 0, line: 3), in: model))
        model.apply(.close(slot: 0))
        #expect(!rule.applies(to: .assign(machine: 1, slot: 0, line: 3), in: model))
    }
}
