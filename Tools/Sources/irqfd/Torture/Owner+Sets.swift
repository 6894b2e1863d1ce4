// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import KVMIrqfd
import Workqueue

extension Owner {
    func assign(_ place: Int, _ file: OwnFile, _ set: OwnSet) {
        activity.enter(.assigning)
        let pending = file.isClosed ? .none : file.counter.pending
        let book = set.machine.open(gsi: arena.nextGSI(), event: file.event, pending: pending)
        let busy: IrqfdError? = set.active[place] == nil ? nil : .resourceBusy
        let expected = refusal(file, set) ?? busy
        var error: IrqfdError?
        do throws(IrqfdError) { try set.live.set.assign(file.file, gsi: book.gsi) } catch let thrown { error = thrown }
        violations.check(error == expected, "assign: \(describe(error)), where it should be \(describe(expected))")
        if error == nil {
            book.acceptAssign()
            set.active[place] = book
            tally.assigns.add()
        } else {
            set.machine.refuse(book)
            tally.refusals.add()
        }
    }

    func deassign(_ place: Int, _ file: OwnFile, _ set: OwnSet) {
        activity.enter(.deassigning)
        let book = set.active[place]
        let isStrange = Int.random(in: 0..<8, using: &random) == 0
        let gsi = book.map { isStrange ? arena.strangeGSI(for: $0.gsi) : $0.gsi } ?? arena.nextGSI()
        let expected = refusal(file, set)
        let (hasMatched, error) = deassign(file, set, gsi)
        violations.check(error == expected, "deassign: \(describe(error)), where it should be \(describe(expected))")
        guard error == nil else { return tally.refusals.add() }
        settle()
        violations.check(
            hasMatched == (book != nil && !isStrange),
            "deassign \(hasMatched ? "matched" : "did not match"), and it should not be so"
        )
        guard hasMatched, let book else { return tally.refusals.add() }
        book.countMatch()
        book.finish()
        set.active[place] = nil
        drainIfUnhooked(place)
        tally.deassigns.add()
    }

    private func deassign(_ file: OwnFile, _ set: OwnSet, _ gsi: GSI) -> (Bool, IrqfdError?) {
        do throws(IrqfdError) {
            let isAsync = Int.random(in: 0..<16, using: &random) == 0
            return (try isAsync ? AsyncTwin.deassign(set.live, file.file, gsi: gsi).get() : set.live.set.deassign(file.file, gsi: gsi), nil)
        } catch {
            return (false, error)
        }
    }

    /// What both calls say of a file that is closed, and otherwise of a set that is released.
    private func refusal(_ file: OwnFile, _ set: OwnSet) -> IrqfdError? {
        file.isClosed ? .badFileDescriptor : set.isReleased ? .released : nil
    }

    private func describe(_ error: IrqfdError?) -> String { error.map { "\($0)" } ?? "accepted" }

    /// Releases a set, perhaps one that was released before.
    func release(_ set: OwnSet) {
        activity.enter(.releasing)
        set.machine.ends.establish()
        if Int.random(in: 0..<16, using: &random) == 0 { AsyncTwin.release(set.live) } else { set.live.set.release() }
        set.machine.finish()
        // The set kept it, and nobody else.
        violations.check(set.machine.hasLostController, "a release did not let go of the controller")
        set.isReleased = true
        settle()
        let places = set.active.keys
        set.active = [:]
        for place in places { drainIfUnhooked(place) }
        tally.releases.add()
    }

    /// Lets go of a set, released or not.
    func dropSet(at place: Int) {
        guard let set = sets[place] else { return }
        activity.enter(.forgetting)
        if !set.isReleased {
            set.machine.ends.establish()
            for filePlace in set.active.keys { files[filePlace]?.counter.beginUncertainty() }
            leaveUnsettled(set.active.values)
            leaveUnsettled(set.machine)
            tally.forgottenSets.add()
        }
        sets[place] = nil
        departure.drop(set.take())
    }

    /// Nobody signals what is ours: when the queue has been flushed, everything due has been injected, and nothing is being injected.
    func checkQuiet(_ queue: SingleThreadWorkqueue) {
        activity.enter(.flushing)
        if Bool.random(using: &random) {
            queue.flush()
        } else {
            let last = Work { _ in }
            violations.check(queue.enqueue(last) == .queued, "a new work was not queued")
            last.flush()
        }
        for case let set? in sets where set.live.queue === queue {
            for book in set.active.values { book.checkQuiet() }
        }
    }
}
