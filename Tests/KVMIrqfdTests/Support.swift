// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Synchronization
import TestSupport
import WaitQueue
import Workqueue

/// A place where a thread is held until the test lets it go.
final class Hold: Sendable {
    private let isThere: Gate
    private let mayGo: Gate

    init(_ name: String) {
        isThere = Gate("\(name): a thread is there")
        mayGo = Gate("\(name): the thread may go on")
    }

    /// For the thread that shall be held. Once it was let go, everybody passes.
    @available(*, noasync)
    func pass() {
        isThere.open()
        mayGo.wait()
    }

    @available(*, noasync)
    func waitUntilThere() { isThere.wait() }

    func letGo() { mayGo.open() }
}

/// A number that any thread may change and read.
final class Counter: Sendable {
    private let number = Atomic(0)

    /// Adds, and returns the sum.
    @discardableResult
    func add(_ amount: Int = 1) -> Int { number.add(amount, ordering: .relaxed).newValue }
    func store(_ value: Int) { number.store(value, ordering: .relaxed) }
    var current: Int { number.load(ordering: .relaxed) }
}

/// A variable without any synchronisation of its own: the protocol has to order the accesses, and ThreadSanitizer looks on.
final class Unguarded<Value: Sendable>: @unchecked Sendable {
    // @unchecked: on purpose, see above.
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Remembers what it is told, and by whom.
final class RecordingController: InterruptController {
    struct Call: Sendable, Equatable {
        var gsi: GSI
        var level: Bool
        var thread: String
    }

    let calls = Recorder<Call>()
    private let onRaise: @Sendable (GSI) -> Void

    /// `onRaise` is called for each level that is true.
    init(onRaise: @escaping @Sendable (GSI) -> Void = { _ in }) { self.onRaise = onRaise }

    func setInterrupt(_ gsi: GSI, level: Bool) {
        calls.append(Call(gsi: gsi, level: level, thread: currentThreadName()))
        if level { onRaise(gsi) }
    }

    /// How many pulses have ended on the line.
    func pulses(_ gsi: GSI) -> Int { calls.all.count { $0.gsi == gsi && !$0.level } }
}

/// Counts pulses, line by line, and says which came after the line was to be silent.
final class Ledger: InterruptController {
    private let raised: [Counter]
    private let isSilent: [Counter]
    private let late = Counter()
    private let crowd = Counter()
    private let overlaps = Counter()

    init(lines: Int) {
        raised = (0..<lines).map { _ in Counter() }
        isSilent = (0..<lines).map { _ in Counter() }
    }

    func setInterrupt(_ gsi: GSI, level: Bool) {
        let line = Int(gsi.rawValue)
        if crowd.add() > 1 { overlaps.add() }
        if isSilent[line].current != 0 { late.add() }
        if level { raised[line].add() }
        crowd.add(-1)
    }

    func pulses(_ line: Int) -> Int { raised[line].current }
    /// From now on every pulse on the line is late.
    func silence(_ line: Int) { isSilent[line].store(1) }
    func hear(_ line: Int) { isSilent[line].store(0) }
    var lateCalls: Int { late.current }
    var overlappingCalls: Int { overlaps.current }
}

/// A set with a controller and an injection queue of its own.
final class Machine: Sendable {
    let queue: SingleThreadWorkqueue
    let controller: RecordingController
    let set: IrqfdSet

    init(_ name: String, onRaise: @escaping @Sendable (GSI) -> Void = { _ in }) {
        queue = SingleThreadWorkqueue(name: name)
        controller = RecordingController(onRaise: onRaise)
        set = IrqfdSet(controller: controller, injectionQueue: queue)
    }

    /// Waits until every injection scheduled before has ended.
    @available(*, noasync)
    func settle() { queue.flush() }

    @available(*, noasync)
    func end() {
        set.release()
        queue.shutdown()
    }
}

/// Waits for every shutdown queued so far: a deassign of what was never assigned is nothing but that.
@available(*, noasync)
func waitForShutdowns(_ set: IrqfdSet) throws(IrqfdError) { try set.deassign(EventFDFile(), gsi: 0) }

/// Keeps a context alive, and signals it, also from threads.
final class Signaller: Sendable {
    private let reference: EventFDContextReference

    init(_ file: EventFDFile) throws(EventFDError) { reference = try file.makeContextReference() }

    @discardableResult
    func signal(_ amount: UInt64 = 1) -> UInt64 { reference.signal(amount) }
}

/// Adds an entry to the file's queue, as a poll does, and returns that queue.
///
/// Plain entries are called newest first: what is hooked after an assign is called before the irqfd, and the other way round.
/// The queue may be touched while the context lives.
@discardableResult
func hook(_ entry: WaitQueueEntry, on file: EventFDFile) -> WaitQueueHead? {
    var queue: WaitQueueHead?
    _ = file.poll(
        PollTable { head in
            head.add(entry)
            queue = head
        }
    )
    return queue
}

/// An entry that holds whoever calls it, with the lock of the queue held.
func holdingEntry(_ events: PollEvents, _ hold: Hold) -> WaitQueueEntry {
    WaitQueueEntry(mask: events) { _, _, _ in
        hold.pass()
        return .notWoken
    }
}

/// Holds the cleanup worker: it stands in the shutdown of an irqfd whose interrupt does not return before `letGo()`.
final class HeldCleanup: Sendable {
    private let hold: Hold
    private let machine: Machine

    @available(*, noasync)
    init(_ name: String) throws {
        let hold = Hold(name)
        self.hold = hold
        machine = Machine(name, onRaise: { _ in hold.pass() })
        let file = EventFDFile()
        try machine.set.assign(file, gsi: 0)
        try file.write(1)
        hold.waitUntilThere()
        try file.close()
    }

    func letGo() { hold.letGo() }

    @available(*, noasync)
    func end() {
        letGo()
        machine.end()
    }
}

/// Makes two calls against each other, for each element in turn, from two threads.
///
/// They begin each turn together, and a pause that differs from turn to turn shifts one against the other.
@available(*, noasync)
func collide<Element: Sendable>(
    _ elements: [Element],
    _ first: @escaping @Sendable (Element) -> Void,
    _ second: @escaping @Sendable (Element) -> Void
) {
    let turns = elements.map { _ in StartGate(2) }
    inParallel(2, name: "collide") { thread in
        var random = SplitMix64(seed: UInt64(thread))
        let pause = Counter()
        for (turn, element) in zip(turns, elements) {
            turn.wait()
            for _ in 0..<Int.random(in: 0..<100, using: &random) { pause.add() }
            if thread == 0 { first(element) } else { second(element) }
        }
    }
}

/// Runs a synchronous body, which makes the blocking calls: the closure of an exit test would pick their twins.
func inSynchronousCode(_ name: String = #function, _ body: () -> Void) { withWatchdog(name) { body() } }
