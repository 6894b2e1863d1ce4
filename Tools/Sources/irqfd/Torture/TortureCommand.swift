// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `irqfd torture`: everything at random, and the invariants checked while it goes on.
struct TortureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture",
        abstract: "Mixes signals, assigns and all kinds of ends at random, on several threads, and checks the invariants meanwhile.",
        discussion: """
            Every thread has eventfds and sets of its own, of which every result is known beforehand, and shares others with all threads, \
            which race to signal, read, write, assign, deassign, close and release them. Some ends are forgotten: files, sets and context \
            references are dropped without a close, a release or a put. Some controllers take their time, some signal other eventfds; some sets \
            inject on the system's queue, some on others. One more thread sleeps in reads of files that the others close.

            On Linux more threads work with descriptors meanwhile: files lend theirs, others stand on eventfds of the kernel, whose other \
            sides read and write by system calls; and strangers come and go, so that every number that is closed is soon another's.

            Wrong is: an injection that begins or goes on after the end of its irqfd was waited for; a signal after which none has started; \
            more injections than signals; a stranger that was written to, read or closed; a result that cannot be; an object that is left when all has ended; and a thread that is stuck. The \
            run ends with the first round in which something was wrong.

            The seed decides what every thread does, not when: two runs with one seed are alike, not equal. A debug build says of every set \
            and queue that was forgotten that it was.

            Exit status: 0, everything was right; 1, something was wrong or leaked, the program crashed or was stopped by the library, or \
            nothing went on any more; 64, bad arguments.

            Example: ten seconds with a certain seed, and the result as JSON:

              irqfd torture --seconds 10 --seed 42 --json
            """
    )

    @Option(help: "End after so many seconds.")
    var seconds = 20

    @Option(help: "Where the random sequences begin. Without it, somewhere: the first line and the result say where.")
    var seed: UInt64?

    @Option(help: "How many threads work, from 1 to 64.")
    var threads = 4

    @Option(help: "Give up when nothing has gone on for so many seconds.")
    var patience = 30

    @Flag(help: "Print the result as one JSON object; everything else goes to standard error.")
    var json = false

    func validate() throws {
        try require(seconds, in: 1...86_400, "--seconds")
        try require(threads, in: 1...64, "--threads")
        try require(patience, in: 3...3_600, "--patience")
    }

    func run() throws {
        // Not one of the largest: there are readers of JSON that know 53 bits.
        let seed = seed ?? UInt64.random(in: 1...999_999_999)
        Console.say("torture: seed \(seed), \(threads) \(threads == 1 ? "thread" : "threads"), \(seconds) s", onStandardError: json)
        Crash.makeItAnExitStatus()
        let torture = Torture(seed: seed, threads: threads, time: .seconds(seconds), patience: .seconds(patience))
        let report = torture.run()
        Console.say(json ? try report.json() : report.table(), onStandardError: false)
        if !report.isGood { throw ExitCode.failure }
    }
}
