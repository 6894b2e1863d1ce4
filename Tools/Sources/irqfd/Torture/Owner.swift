// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Workqueue

/// What one thread does with eventfds and sets that are its own. Nobody else touches them but the library, so whatever they answer is checked.
///
/// Two kinds of ends are not waited for: a close, and a set that is dropped. The next call that waits for the cleanup queue settles them.
final class Owner {
    let arena: Arena
    let activity: Activity
    let bench: SharedBench
    let weather: Weather
    /// Every file lends its descriptor, after each step with it.
    private let lends: Bool
    private var queue: SingleThreadWorkqueue? = SingleThreadWorkqueue(name: "torture-own")
    var random: SplitMix64
    var files: [OwnFile?]
    var sets: [OwnSet?]
    /// Books of irqfds that have ended, or are about to, without anybody waiting.
    private var unsettled: [AssignmentBook] = []
    private var forgotten: [MachineBook] = []

    var violations: Violations { arena.violations }
    var tally: Tally { arena.tally }

    init(bench: SharedBench, arena: Arena, activity: Activity, seed: UInt64, lends: Bool = false) {
        self.arena = arena
        self.activity = activity
        self.bench = bench
        weather = bench.weather
        self.lends = lends
        random = SplitMix64(seed: seed)
        files = Array(repeating: nil, count: weather.ownFiles)
        sets = Array(repeating: nil, count: weather.ownSets)
    }

    /// One operation.
    func step() {
        let place = Int.random(in: 0..<sets.count, using: &random)
        let filePlace = Int.random(in: 0..<files.count, using: &random)
        clear(place, filePlace)
        let (file, set) = (openFile(at: filePlace), openSet(at: place))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<38: assign(filePlace, file, set)
        case 38..<58: signal(filePlace, file, times: Int.random(in: 1...4, using: &random))
        case 58..<63: write(filePlace, file)
        case 63..<68: look(file, reads: true)
        case 68..<70: look(file, reads: false)
        case 70..<71: fill(filePlace, file)
        case 71..<79: deassign(filePlace, file, set)
        case 79..<83: close(filePlace, file)
        case 83..<86: dropFile(at: filePlace)
        case 86..<90: release(set)
        case 90..<93: dropSet(at: place)
        case 93..<96: checkQuiet(set.live.queue)
        default: changeReference(file)
        }
        if lends { files[filePlace]?.checkPollable() }
    }

    /// Ends everything, in some order.
    func finish() {
        var ends: [() -> Void] = []
        for place in sets.indices { ends.append { [self] in endSet(at: place) } }
        for place in files.indices { ends.append { [self] in dropFile(at: place) } }
        for end in ends.shuffled(using: &random) { end() }
        // A queue may also be forgotten, with sets that are forgotten, and ends by itself.
        if Int.random(in: 0..<4, using: &random) == 0 { queue = nil }
        Barrier.wait(arena, activity)
        let areSetsGone = settle()
        activity.enter(.shuttingDown)
        if areSetsGone { queue?.shutdown() }
    }

    private func endSet(at place: Int) {
        if let set = sets[place], Bool.random(using: &random) { release(set) }
        dropSet(at: place)
    }

    /// What has ended is used for some steps more, which must be refused; most of the steps should not be.
    private func clear(_ place: Int, _ filePlace: Int) {
        if files[filePlace]?.isClosed == true, Int.random(in: 0..<3, using: &random) == 0 { dropFile(at: filePlace) }
        if sets[place]?.isReleased == true, Int.random(in: 0..<3, using: &random) == 0 { dropSet(at: place) }
    }

    private func openFile(at place: Int) -> OwnFile {
        if let file = files[place] { return file }
        let file = OwnFile(&random, arena)
        files[place] = file
        return file
    }

    private func openSet(at place: Int) -> OwnSet {
        if let set = sets[place] { return set }
        let isSystem = Int.random(in: 0..<100, using: &random) < weather.onSystemQueue
        let temper = weather.temper(&random, using: bench)
        let set = OwnSet(LiveSet(temper, arena, queue: isSystem ? .system : queue ?? .system))
        sets[place] = set
        return set
    }

    /// Where a last reference goes, this time.
    var departure: Departure {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .onWorker(of: .system)
        case 1: .onWorker(of: queue ?? .system)
        case 2: .inWakeFunction
        default: .here
        }
    }

    // MARK: What has been waited for

    /// These irqfds end, and nobody waits for it.
    func leaveUnsettled(_ books: some Sequence<AssignmentBook>) { unsettled.append(contentsOf: books) }

    func leaveUnsettled(_ machine: MachineBook) { forgotten.append(machine) }

    /// A call has returned that waits for all shutdowns that were queued before it. False: a set that was dropped is still there.
    @discardableResult
    func settle() -> Bool {
        var areGone = true
        for book in unsettled { book.finish() }
        unsettled.removeAll(keepingCapacity: true)
        for machine in forgotten {
            machine.finish()
            areGone = Barrier.waitForController(of: machine, arena, activity) && areGone
        }
        forgotten.removeAll(keepingCapacity: true)
        for file in files { file?.counter.endUncertainty() }
        return areGone
    }

    /// The last irqfd of a file may be gone, and with it the events that were there.
    func drainIfUnhooked(_ place: Int) {
        if sets.allSatisfy({ $0?.active[place] == nil }) { files[place]?.counter.drain() }
    }
}
