// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `irqfd bench`: how fast everything is, beside what the machine can do and beside others.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures this library beside what the machine can do at best, and beside others.",
        discussion: """
            Every row is an operation. Its floor is the least that the machine needs for something like it, in C: a lock pair, a walk of a list, a \
            hand-off between two threads. Peers are the kernel's eventfd(2) and KVM, Dispatch, and other libraries, which programs of their own \
            measure, where they are built. In each round everything is measured once, floor, ours and peers right after each other; a figure is the \
            median of all rounds. A goal is a ratio of such medians, so it holds on slower machines as well; a busy machine spoils it all the same.

            In JSON, all times are nanoseconds an operation. Of "ratios", "floor" is ours divided by the floor, and a peer's is its time divided by \
            ours. "meets" is null where nothing of the goal could be judged.

            Exit status: 0, it was measured, whatever came of it; 1, with --strict, a goal is missed, or a file could not be written, or the program \
            crashed; 64, bad arguments; 69, not on this system.

            Example: three rows as JSON:

              irqfd bench --row signal --row wake-16 --row flush-hot --json
            """
    )

    @Option(help: "How many rounds.")
    var rounds = 11

    @Option(name: .customLong("row"), help: "Only this row; may be given several times. --list says which there are.")
    var names: [String] = []

    @Option(help: "The directory with the programs that measure other libraries. Without it, Benchmarks/.build-peers here or one up.")
    var peers: String?

    @Flag(help: "Also build, signal and release a million irqfds of ten thousand sets, and a tenth of them: their memory and their growth.")
    var million = false

    @Flag(help: "Print the result as one JSON object; everything else goes to standard error.")
    var json = false

    @Option(help: "Write a chart into this file.")
    var svg: String?

    @Option(help: "Write the table as Markdown into this file.")
    var markdown: String?

    @Flag(help: "Exit with status 1 when a goal is missed.")
    var strict = false

    @Flag(help: "Print the names of all rows, and measure nothing.")
    var list = false

    func validate() throws {
        try require(rounds, in: 1...1_000, "--rounds")
        #if os(Linux)
            let known = Set(BenchRow.all.map(\.name))
            for name in names where !known.contains(name) {
                throw ValidationError("--row: there is no row \"\(name)\"; --list says which there are.")
            }
            if let peers, !FileManager.default.fileExists(atPath: peers) {
                throw ValidationError("--peers: there is no directory \"\(peers)\".")
            }
        #endif
    }

    func run() throws {
        #if os(Linux)
            if list {
                for row in BenchRow.all { Console.say("\(row.name): \(row.title); goal: \(row.goal.text)", onStandardError: false) }
                return
            }
            try measure()
        #else
            Console.say("Error: the floors and most peers are those of Linux", onStandardError: true)
            throw ExitCode(69)
        #endif
    }

    #if os(Linux)
        private func measure() throws {
            Crash.makeItAnExitStatus()
            let start = ContinuousClock.now
            let rows = BenchRow.all.filter { names.isEmpty || names.contains($0.name) }
            let directory = PeerDirectory(path: peers ?? PeerDirectory.usual)
            Console.say("bench: \(rows.count) rows, \(rounds) rounds", onStandardError: json)
            if MachineDescription.current.build != "release" {
                Console.say("bench: a debug build; its figures say nothing", onStandardError: true)
            }
            let bench = Bench(rows: rows, rounds: rounds, directory: directory, progress: Self.show)
            var report = bench.run()
            if million {
                Self.show("a million irqfds")
                report.million = try Million.measure()
            }
            report.seconds = Report.tenths(.now - start)
            Self.show("")
            Console.say(json ? try report.json() : report.table(), onStandardError: false)
            // Afterwards: what was measured is not lost when a file cannot be written.
            if let svg { try Self.write(Chart(report).svg, to: svg) }
            if let markdown { try Self.write(report.markdown(), to: markdown) }
            if strict && !report.isGood { throw ExitCode.failure }
        }

        private static func write(_ text: String, to path: String) throws {
            do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
                Console.say("Error: \(path) could not be written: \(error.localizedDescription)", onStandardError: true)
                throw ExitCode.failure
            }
        }

        private static func show(_ line: String) {
            if Console.isWatched { Console.show(line) }
        }
    #endif
}
