// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GuestKit

/// `irqfd guest`: a guest takes interrupts while both ends of their way disappear.
struct GuestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guest",
        abstract: "Boots a guest, interrupts it through eventfds, and ends both sides while signals are still coming.",
        discussion: """
            Every device is a thread that signals an eventfd; an irqfd set turns the signals into interrupts of the guest. Round after \
            round the sets are made anew and the eventfds assigned to them; then, with all devices signalling, the eventfds are closed \
            and deassigned and the sets released, some of it by two threads at the same moment, some while an interrupt is being injected.

            The guest is a virtual machine on /dev/kvm where that can be opened, and otherwise a model of one: the first line says which.

            With --source descriptors the devices are processes, which get descriptors of the kernel's eventfds over a Unix socket and write \
            to them. They are killed while they signal: while their irqfd is assigned, where everything that the kernel's counter has must still \
            arrive, while it ends, and afterwards. Signals are numbered by that counter then; those that nobody has looked at when an irqfd's \
            end drained them are not among the signals sent.

            It counts for every line: signals sent; interrupts injected, and taken by the guest; signals coalesced (they shared an \
            interrupt); signals that came after their irqfd had ended; and three numbers that must be 0: signals lost (no interrupt was \
            taken after them although their irqfd was assigned), injections that were late (after deassign or release had returned), and \
            objects leaked (still alive, or descriptors still open, when everything had ended).

            Exit status: 0, everything was right; 1, something was lost, late or leaked, the program crashed or was stopped by the \
            library, or nothing went on any more; 64, bad arguments; 69, --backend kvm and there is no KVM, or --source descriptors and the \
            system has no eventfds; 73, the file of --trace cannot be written.

            Example: ten seconds on the model, and the result as JSON:

              irqfd guest --backend model --seconds 10 --json

            A timeline of the end of a run, for ui.perfetto.dev or chrome://tracing: a lane a thread, slices from the signal to the interrupt and from \
            the hang-up to the shutdown, and arrows from where a work is queued to where it runs:

              irqfd guest --backend model --trace trace.json

            The first one with the devices in other processes:

              irqfd guest --source descriptors --backend model --seconds 10 --json
            """
    )

    @Option(help: "The guest: kvm or model. Without it kvm, or model where /dev/kvm cannot be opened.")
    var backend: Backend?

    @Option(help: "Where signals come from: threads, through context references; or descriptors, which other processes write to.")
    var source = Source.threads

    @Option(name: .customLong("interrupts"), help: "End when the guest has taken so many interrupts. (default: \(Self.usualInterrupts))")
    var interruptGoal: Int?

    @Option(help: "End after so many seconds instead.")
    var seconds: Int?

    @Option(help: "How many devices, each with a thread or process, an eventfd and a line: 1 to \(Run.lines.count).")
    var devices = 4

    @Option(help: "Where the sequence of endings begins. Threads are not bound by it: two runs are alike, not equal.")
    var seed: UInt64 = 1

    @Option(help: "Give up when nothing has gone on for so many seconds.")
    var patience = 30

    @Flag(help: "Print the result as one JSON object; everything else goes to standard error.")
    var json = false

    @Option(help: ArgumentHelp("Write what happened inside the library, its newest events, as Trace Event JSON.", valueName: "file"))
    var trace: String?

    @Option(help: "How many events --trace keeps: 1 to 10000000. They are the last ones of the run.")
    var traceEvents = TraceFile.usualEvents

    private static let usualInterrupts = 20_000

    func validate() throws {
        guard interruptGoal == nil || seconds == nil else {
            throw ValidationError("Give either --interrupts or --seconds: a run ends for one reason.")
        }
        try require(interruptGoal ?? 1, in: 1...1_000_000_000, "--interrupts")
        try require(seconds ?? 1, in: 1...86_400, "--seconds")
        try require(devices, in: 1...Run.lines.count, "--devices")
        try require(patience, in: 3...3_600, "--patience")
        try require(traceEvents, in: 1...10_000_000, "--trace-events")
    }

    func run() throws {
        #if !os(Linux)
            if source == .descriptors {
                Console.say("Error: --source descriptors: this system has no eventfds", onStandardError: true)
                throw ExitCode(69)
            }
        #endif
        let traceFile = try makeTraceFile()
        let (guest, introduction) = try makeGuest()
        let lines = Run.lines.prefix(devices).map(String.init).joined(separator: ", ")
        let who = (devices == 1 ? "device" : "devices") + (source == .descriptors ? " in other processes" : "")
        Console.say("guest: \(introduction); \(devices) \(who) on line \(lines)", onStandardError: json)
        Crash.makeItAnExitStatus()
        let goal: Run.Goal = seconds.map { .time(.seconds($0)) } ?? .interrupts(UInt64(interruptGoal ?? Self.usualInterrupts))
        let run = Run(guest: guest, source: source, devices: devices, goal: goal, seed: seed, patience: .seconds(patience))
        traceFile?.start()
        // A run that fails is the one whose trace is wanted.
        let result = Result { try run.run() }
        if let traceFile { Console.say(try traceFile.finish(), onStandardError: json) }
        let report = try result.get()
        Console.say(json ? try report.json() : report.table(), onStandardError: false)
        if !report.isGood { throw ExitCode.failure }
    }

    private func makeTraceFile() throws -> TraceFile? {
        do {
            return try trace.map { try TraceFile(path: $0, events: traceEvents) }
        } catch {
            Console.say("Error: --trace \(trace ?? ""): \(error.localizedDescription)", onStandardError: true)
            throw ExitCode(73)
        }
    }

    /// The guest that was asked for, or the best there is, and how to introduce it.
    private func makeGuest() throws -> (any Guest, String) {
        if backend == .model { return (ModelGuest(), "a model (two 8259 and a thread), as asked for") }
        do {
            return (try KVMGuest(), "a virtual machine on /dev/kvm")
        } catch {
            guard backend == nil else {
                Console.say("Error: --backend kvm: \(error)", onStandardError: true)
                throw ExitCode(69)
            }
            return (ModelGuest(), "a model (two 8259 and a thread), because \(error)")
        }
    }
}

extension Backend: ExpressibleByArgument {}
