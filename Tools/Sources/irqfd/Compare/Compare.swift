// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Workqueue

/// A whole run: scripts until there are enough, or until enough of them have shown a mismatch.
struct Compare {
    /// What scripts are about.
    enum Topic: Sendable {
        /// Eventfds alone.
        case files
        /// Irqfds in every script; an error where they cannot be compared.
        case machines
        /// Irqfds in one script of four, where they can be compared.
        case filesAndMachines
    }

    /// Of how many mismatches one wants to hear.
    private static let limit = 3

    let seed: UInt64
    let scripts: Int
    let operations: Int
    private let comparison: Comparison
    /// The same, with files of ours on eventfds of the kernel's.
    private let onDescriptors: Comparison
    private let machines: KernelMachines?
    private let hasSignals: Bool
    private let topic: Topic
    /// What could not be compared, and why.
    let omissions: [String]

    /// Prepares both sides.
    ///
    /// - Parameter about: What the scripts are to be about.
    init(seed: UInt64, scripts: Int, operations: Int, about topic: Topic = .filesAndMachines) throws(CompareError) {
        self.seed = seed
        self.scripts = scripts
        self.operations = operations
        // Our workers are there before this thread is bound to a processor: a new thread is bound like the one that makes it.
        SingleThreadWorkqueue.system.flush()
        let ours = OurSubject()
        let oursOnDescriptors = try OurSubject(onDescriptors: ())
        var omissions: [String] = []
        var signaller: KernelSignaller?
        do throws(CompareError) { signaller = try KernelSignaller() } catch {
            omissions.append("the kernel cannot be made to signal (\(error)): no script signals, and no counter reaches its largest value")
        }
        var machines: KernelMachines?
        do throws(CompareError) { machines = topic == .files ? nil : try KernelMachines() } catch {
            if topic == .machines { throw error }
            omissions.append("KVM cannot be used (\(error)): irqfds are not compared")
        }
        if let machines, machines.shareEventfds {
            omissions.append("this kernel lets an eventfd interrupt several machines, as those before 6.17 do: each script has one")
        }
        let theirs = try KernelSubject(signaller: signaller, machines: machines)
        comparison = Comparison(ours: ours, theirs: theirs)
        onDescriptors = Comparison(ours: oursOnDescriptors, theirs: theirs, progress: comparison.progress, signalsFullCounters: false)
        self.machines = machines
        hasSignals = signaller != nil
        self.topic = topic
        self.omissions = omissions
    }

    /// Whether irqfds are compared.
    var hasKVM: Bool { machines != nil }

    /// Runs the scripts, and ends the program if nothing has gone on for too long.
    func run(patience: Duration) throws(CompareError) -> CompareReport {
        let progress = comparison.progress
        let start = ContinuousClock.now
        let watch = Watch(
            patience: patience,
            progress: { progress.operations },
            line: { "\(Report.tenths(.now - start)) s, \(progress.operations) operations" },
            state: { [progress.state] }
        )
        defer { watch.end() }
        var report = CompareReport(seed: seed, kvm: hasKVM, omissions: omissions)
        var seeds = SplitMix64(seed: seed)
        for number in 0..<scripts where report.mismatches < Self.limit {
            let hasMachines = hasKVM && (topic == .machines || number.isMultiple(of: 4))
            let count = !hasMachines ? 0 : machines?.shareEventfds == true ? 1 : Script.machines
            // Every third one is about files on descriptors; of those with machines, too.
            let isOnDescriptors = number % 3 == 2
            let comparison = isOnDescriptors ? onDescriptors : comparison
            var generator = ScriptGenerator(
                seed: seeds.next(),
                machines: count,
                hasSignals: hasSignals,
                signalsFullCounters: !isOnDescriptors
            )
            let script = generator.script(operations: operations)
            let result = try comparison.run(script)
            report.add(result, isOnDescriptors: isOnDescriptors)
            if result.isMismatch {
                let (shortest, rows) = try shrink(script, result, comparison)
                report.addMismatch("script \(number + 1) of seed \(seed), shrunk:\n\(rows)", operations: shortest.operations.count)
            }
        }
        report.seconds = Report.tenths(.now - start)
        return report
    }

    /// The shortest script with a mismatch, and its two columns.
    private func shrink(_ script: Script, _ result: Comparison.Result, _ comparison: Comparison) throws(CompareError) -> (Script, String) {
        var shortest = try comparison.shrink(script, after: result)
        var again = try comparison.run(shortest, recordsRows: true)
        if !again.isMismatch {
            // Something that does not happen each time: then the whole script is the best there is.
            shortest = script
            again = try comparison.run(script, recordsRows: true)
        }
        return (shortest, ComparisonRow.table(again.rows, (comparison.ours.name, comparison.theirs.name)))
    }
}
