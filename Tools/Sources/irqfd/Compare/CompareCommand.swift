// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `irqfd compare`: the same script on ours and on the kernel's.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Runs random scripts on this library and on the kernel, and compares what they show after every operation.",
        discussion: """
            Most scripts are about eventfds: EventFDFile against eventfd(2), poll(2) and epoll. Compared are results, error numbers, counters, \
            readiness and the edges of which somebody who waits is told; the kernel is made to signal by asynchronous I/O. Where /dev/kvm can be \
            used, every fourth script is about irqfds as well: IrqfdSet against KVM_IRQFD of two real virtual machines, and the interrupts that \
            arrive are compared, too.

            Where the kernel of today is known and wanted to differ, a rule says when, and what either side must show then. The rules stand in \
            the article "Compared with the kernel" of KVMIrqfd's documentation; the result tells how often each applied. Nothing else is excused.

            A script on which the two differ is shrunk and printed as two columns. The run ends with the third one.

            Exit status: 0, no mismatch; 1, a mismatch, or the comparison could not go on; 64, bad arguments; 69, not on this system.

            Example: a thousand scripts with a certain seed, and the result as JSON:

              irqfd compare --scripts 1000 --seed 42 --json
            """
    )

    @Option(help: "How many scripts.")
    var scripts = 20_000

    @Option(help: "How many operations a script has.")
    var operations = 24

    @Option(help: "Decides all scripts. Without it, any: the first line and the result say which.")
    var seed: UInt64?

    @Option(help: "Give up when nothing has gone on for so many seconds.")
    var patience = 30

    @Flag(help: "Print the result as one JSON object; everything else goes to standard error.")
    var json = false

    func validate() throws {
        try require(scripts, in: 1...1_000_000_000, "--scripts")
        try require(operations, in: 1...1_000, "--operations")
        try require(patience, in: 10...3_600, "--patience")
    }

    func run() throws {
        // Not one of the largest: there are readers of JSON that know 53 bits.
        let seed = seed ?? UInt64.random(in: 1...999_999_999)
        Console.say("compare: seed \(seed), \(scripts) scripts of \(operations) operations", onStandardError: json)
        Crash.makeItAnExitStatus()
        let compare = try prepare(seed)
        for omission in compare.omissions { Console.say("compare: \(omission)", onStandardError: json) }
        do throws(CompareError) {
            let report = try compare.run(patience: .seconds(patience))
            Console.say(json ? try encode(report) : report.table(), onStandardError: false)
            if report.isGood { return }
        } catch {
            Console.say("Error: \(error)", onStandardError: true)
        }
        throw ExitCode.failure
    }

    private func prepare(_ seed: UInt64) throws -> Compare {
        do throws(CompareError) {
            return try Compare(seed: seed, scripts: scripts, operations: operations)
        } catch {
            Console.say("Error: there is no kernel to compare with: \(error)", onStandardError: true)
            throw ExitCode(69)
        }
    }

    private func encode(_ report: CompareReport) throws(CompareError) -> String {
        do { return try report.json() } catch { throw CompareError("\(error)") }
    }
}
