// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd
import Workqueue

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// One round: two sets are made, every file is assigned to one of them, the devices work, and both sides end while the devices signal.
struct Round {
    /// An irqfd of this round.
    private struct Assignment: Sendable {
        let seat: Seat
        let set: IrqfdSet
        let ending: Ending
        let fate: Fate

        var line: Line { seat.line }
    }

    let number: UInt64
    let seats: [Seat]
    let board: Board
    let racers: Racers
    let failures: Failures
    let patience: Duration

    private var activity: Activity { racers.activities[0] }

    func run(_ random: inout SplitMix64) {
        // One set injects on the queue that all sets share, the other on its own.
        let queue = SingleThreadWorkqueue(name: "guest-inject")
        let sets = [IrqfdSet(controller: board), IrqfdSet(controller: board, injectionQueue: queue)]
        let assignments = seats.enumerated().map { index, seat in
            assign(
                seat,
                to: sets[(index + Int(number)) % sets.count],
                ending: Ending.allCases.randomElement(using: &random)!,
                fate: seat.isProcess ? Fate.allCases.randomElement(using: &random)! : .livesOn
            )
        }
        guard failures.all.isEmpty else { return giveUp(sets, assignments, queue) }
        for seat in seats { seat.device.work(round: number) }
        activity.enter(.awaitingDevices)
        for seat in seats { seat.device.awaitWork(of: number) }

        // In one round of four, one of them without a pause.
        let fierce = Int.random(in: 0..<4 * seats.count, using: &random)
        for (index, seat) in seats.enumerated() {
            seat.device.storm(pause: index == fierce ? .zero : .microseconds(Int.random(in: 50...500, using: &random)))
        }
        for assignment in assignments where assignment.fate == .killedWhileAssigned { killWhileAssigned(assignment, &random) }
        endSome(of: assignments, &random)
        awaitShutdowns(of: assignments, in: sets)
        release(sets, assignments, &random)
        activity.enter(.shuttingDown)
        queue.shutdown()
        settle(assignments, &random)
    }

    private func assign(_ seat: Seat, to set: IrqfdSet, ending: Ending, fate: Fate) -> Assignment {
        activity.enter(.assigning, line: seat.line)
        do {
            let file = try seat.openFile()
            seat.line.beginAssignment()
            try set.assign(file, gsi: seat.line.gsi)
        } catch {
            failures.add("assign to line \(seat.line.number): \(error)")
        }
        return Assignment(seat: seat, set: set, ending: ending, fate: fate)
    }

    /// Not everything could be assigned.
    private func giveUp(_ sets: [IrqfdSet], _ assignments: [Assignment], _ queue: SingleThreadWorkqueue) {
        activity.enter(.releasing)
        for set in sets { set.release() }
        for assignment in assignments { assignment.line.endAssignment() }
        queue.shutdown()
    }

    // MARK: The ends

    /// Closes and deassigns, while the sets live on.
    private func endSome(of assignments: [Assignment], _ random: inout SplitMix64) {
        var lanes: [Racers.Lane] = racers.activities.map { _ in [] }
        let ended = assignments.filter(\.ending.isBeforeRelease)
        for assignment in ended {
            let (one, other) = Self.twoLanes(of: lanes.count, &random)
            switch assignment.ending {
            case .close: lanes[one].append(close(assignment))
            case .drop: lanes[one].append(drop(assignment))
            case .deassign: lanes[one].append(deassign(assignment))
            case .closeAgainstDeassign:
                lanes[one].append(deassign(assignment))
                lanes[other].append(Self.pause(&random))
                lanes[other].append(close(assignment))
            case .release, .closeAgainstRelease, .deassignAgainstRelease: break
            }
            if assignment.fate == .killedDuringEnd { lanes[other] += [Self.pause(&random), kill(assignment)] }
        }
        race(lanes, dwellingOn: ended, &random)
    }

    /// A closed eventfd's irqfd goes by itself, soon. The deassign of what was never assigned waits for that; afterwards nothing of it may be
    /// left, nor may it inject.
    private func awaitShutdowns(of assignments: [Assignment], in sets: [IrqfdSet]) {
        let stranger = EventFDFile()
        for set in sets {
            activity.enter(.deassigning)
            do {
                if try set.deassign(stranger, gsi: 0) { failures.add("deassign matched a file that was never assigned") }
            } catch {
                failures.add("deassign of a file that was never assigned: \(error)")
            }
        }
        for assignment in assignments where assignment.ending.isBeforeRelease { assignment.line.endAssignment() }
        let expected = assignments.count { !$0.ending.isBeforeRelease }
        let alive = KVMIrqfdDiagnostics.current.irqfdsAlive
        if alive != expected { failures.add("\(alive) irqfds are alive, but \(expected) are assigned") }
    }

    /// Releases both sets, with irqfds assigned, while files are closed and deassigned.
    private func release(_ sets: [IrqfdSet], _ assignments: [Assignment], _ random: inout SplitMix64) {
        var lanes: [Racers.Lane] = sets.map { set in
            let lines = assignments.filter { $0.set === set }.map(\.line)
            return [release(set, ending: lines)]
        }
        let ended = assignments.filter { !$0.ending.isBeforeRelease }
        var third: Racers.Lane = [Self.pause(&random)]
        for assignment in ended.shuffled(using: &random) {
            switch assignment.ending {
            case .closeAgainstRelease: third.append(close(assignment))
            case .deassignAgainstRelease: third.append(deassign(assignment))
            default: break
            }
            if assignment.fate == .killedDuringEnd { third.append(kill(assignment)) }
        }
        lanes.append(third)
        race(lanes, dwellingOn: ended, &random)
    }

    /// Runs the lanes, every other time with an injection of one of the lines underway that is not over soon.
    private func race(_ lanes: [Racers.Lane], dwellingOn assignments: [Assignment], _ random: inout SplitMix64) {
        guard !lanes.allSatisfy(\.isEmpty) else { return }
        // Of those for which something is still signalled.
        let candidates = assignments.filter { $0.fate != .killedWhileAssigned }
        let slow = Bool.random(using: &random) ? candidates.randomElement(using: &random) : nil
        slow?.line.catchInjection()
        racers.race(lanes)
        slow?.line.disarm()
    }

    // MARK: Kills

    private func kill(_ assignment: Assignment) -> @Sendable (Activity) -> Void {
        { activity in
            activity.enter(.killing, line: assignment.line)
            assignment.seat.device.kill()
        }
    }

    /// Kills the process in the middle of its storm, every other time with an injection underway. Then the kernel's counter is final and exact:
    /// everything in it must be answered, since the irqfd is assigned.
    private func killWhileAssigned(_ assignment: Assignment, _ random: inout SplitMix64) {
        let line = assignment.line
        // Without a pause, every other time: then it dies between two signals, and otherwise mostly between two gusts.
        if Bool.random(using: &random) { assignment.seat.device.storm(pause: .zero) }
        awaitStorm(on: line)
        if Bool.random(using: &random) { line.catchInjection() }
        Self.pause(&random)(activity)
        kill(assignment)(activity)
        line.disarm()
        activity.enter(.awaitingGuest, line: line)
        if line.awaitAnswer(atMost: patience) == nil {
            failures.add("no interrupt within \(patience) after the last signals of a killed process (\(line.state))")
            line.countLost()
        }
        if line.isDrained { failures.add("signals were taken out of the eventfd of line \(line.number) while it was assigned") }
    }

    /// Returns when a few gusts have come; not for ever, the process may have ended by itself.
    private func awaitStorm(on line: Line) {
        let goal = line.lastSignal + 3 * UInt64(Device.gust)
        let end = ContinuousClock.now + .milliseconds(100)
        while line.lastSignal < goal && .now < end { sched_yield() }
    }

    // MARK: What ends

    private func close(_ assignment: Assignment) -> @Sendable (Activity) -> Void {
        { [failures] activity in
            activity.enter(.closing, line: assignment.line)
            do {
                try assignment.seat.file?.close()
            } catch {
                failures.add("close: \(error)")
            }
        }
    }

    private func drop(_ assignment: Assignment) -> @Sendable (Activity) -> Void {
        { activity in
            activity.enter(.closing, line: assignment.line)
            assignment.seat.dropFile()
        }
    }

    private func deassign(_ assignment: Assignment) -> @Sendable (Activity) -> Void {
        { [failures] activity in
            guard let file = assignment.seat.file else { return }
            activity.enter(.deassigning, line: assignment.line)
            do throws(IrqfdError) {
                let matched = try assignment.set.deassign(file, gsi: assignment.line.gsi)
                assignment.line.endAssignment()
                if !matched && !assignment.ending.isRace { failures.add("deassign found nothing on line \(assignment.line.number)") }
            } catch  where assignment.ending.isRace && (error == .badFileDescriptor || error == .released) {
                // The other thread was first; the release to come, or in progress, ends the line.
            } catch {
                failures.add("deassign: \(error)")
            }
        }
    }

    private func release(_ set: IrqfdSet, ending lines: [Line]) -> @Sendable (Activity) -> Void {
        { activity in
            activity.enter(.releasing)
            set.release()
            for line in lines { line.endAssignment() }
        }
    }

    /// Nothing, or a while in which an injection may dwell and a shutdown may wait for it.
    private static func pause(_ random: inout SplitMix64) -> @Sendable (Activity) -> Void {
        let time = Bool.random(using: &random) ? 0 : Int.random(in: 0...1_500, using: &random)
        return { _ in
            let end = ContinuousClock.now + .microseconds(time)
            while ContinuousClock.now < end { sched_yield() }
        }
    }

    private static func twoLanes(of count: Int, _ random: inout SplitMix64) -> (Int, Int) {
        let one = Int.random(in: 0..<count, using: &random)
        return (one, (one + Int.random(in: 1..<count, using: &random)) % count)
    }

    // MARK: Afterwards

    /// When nobody signals any more, an irqfd leaves nothing behind that would interrupt the next one.
    private func checkDrained(_ assignment: Assignment) {
        let (line, remainder) = (assignment.line, assignment.line.remainder)
        if remainder > 0 { failures.add("the irqfd of line \(line.number) has ended, and left \(remainder) signals in its eventfd") }
    }

    /// Silences the devices whose files are gone, and some of the others; those that go on signal while they are assigned again.
    private func settle(_ assignments: [Assignment], _ random: inout SplitMix64) {
        for assignment in assignments {
            if assignment.fate == .killedWhileAssigned { checkDrained(assignment) }
            if assignment.fate == .killedAfterEnd { kill(assignment)(activity) }
            if assignment.ending.closesFile {
                Self.retire(assignment.seat, activity, failures, patience)
            } else if Bool.random(using: &random) {
                activity.enter(.awaitingDevices, line: assignment.line)
                assignment.seat.device.park()
            }
        }
    }

    /// Silences a device whose irqfd has ended, and closes its book: what is not answered by now never will be.
    static func retire(_ seat: Seat, _ activity: Activity, _ failures: Failures, _ patience: Duration) {
        activity.enter(.awaitingDevices, line: seat.line)
        seat.device.park()
        seat.dropFile()
        activity.enter(.awaitingGuest, line: seat.line)
        if !seat.line.awaitGuest(atMost: patience) { failures.add("the guest has not taken what was injected (\(seat.line.state))") }
        seat.line.retire()
    }
}
