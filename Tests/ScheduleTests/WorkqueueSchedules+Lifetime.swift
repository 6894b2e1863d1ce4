// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import ScheduleExplorer
    internal import Workqueue

    /// Who has the last reference to an item, or to a queue.
    let lifetimesOfWorks = [
        Scenario("the last reference to an item is dropped while it is queued") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let (runs, gone, isDropped) = (Runs(run), Tally(), Tally())
            let item = Share(makeWork(runs, gone), willDrop: { $0.willDropReference() })
            run.explore([
                "enqueue twice, and drop the item": {
                    runs.enqueue(tells: true) { queue.enqueue(item.object) }
                    runs.enqueue(tells: true) { queue.enqueue(item.object) }
                    item.drop()
                    isDropped.add()
                },
                "flush the queue": {
                    let (event, isDropped) = (runs.lastTold, isDropped.count == 1)
                    queue.flush()
                    runs.expectSeen(event, "flush() of the queue returned before what was queued before it had run")
                    if isDropped { run.expect(gone.count == 1, "flush() of the queue returned before the queue had let go of its item") }
                },
            ])
            runs.expectNothingLost()
            run.expect(gone.count == 1, "an item has outlived its last reference")
            queue.shutdown()
        },
        Scenario("the last reference to an item is dropped by who enqueues or by who cancels") { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let (runs, gone) = (Runs(run), Tally())
            let (one, other) = twoShares(willDrop: { $0.willDropReference() }) { makeWork(runs, gone) }
            run.explore([
                "enqueue twice, and drop the item": {
                    runs.enqueue { queue.enqueue(one.object) }
                    runs.enqueue { queue.enqueue(one.object) }
                    one.drop()
                },
                "cancel, and drop the item": {
                    runs.recordCancel(other.object.cancel())
                    other.drop()
                },
            ])
            runs.expectOneRunForEachEnqueue()
            run.expect(gone.count == 1, "an item has outlived its last reference")
            queue.shutdown()
        },
        Scenario("the last reference to an item whose timer runs is dropped, against shutdown", timeouts: 1) { run in
            let queue = SingleThreadWorkqueue(name: "wq")
            let (runs, gone) = (Runs(run), Tally())
            let item = Share(makeDelayedWork(runs, gone), willDrop: { $0.willDropReference() })
            run.explore([
                "enqueue, and drop the item": {
                    runs.enqueue { queue.enqueue(item.object, after: .seconds(1)) }
                    item.drop()
                },
                "shut down": {
                    queue.shutdown()
                    runs.expectQuietForever("shutdown()")
                },
            ])
            runs.expectAtMostOneRunForEachEnqueue()
            run.expect(gone.count == 1, "an item has outlived its last reference")
        },
        Scenario("a queue is dropped without shutdown, against enqueue") { run in
            let item = Item(run)
            let drops = Tally()
            let (one, other) = twoShares(willDrop: { _ in drops.add() }) { SingleThreadWorkqueue(name: "wq") }
            run.explore([
                "enqueue twice, and drop the queue": {
                    run.expect(item.enqueue(on: one.object) != .refused, "a queue that somebody holds refused an item")
                    run.expect(item.enqueue(on: one.object) != .refused, "a queue that somebody holds refused an item")
                    one.drop()
                },
                "drop the queue": { other.drop() },
            ])
            item.runs.expectNothingLost()
            item.runs.expectOneRunForEachEnqueue()
        },
        Scenario("a queue is dropped by its own item") { run in
            let drops = Tally()
            let (one, other) = twoShares(willDrop: { _ in drops.add() }) { SingleThreadWorkqueue(name: "wq") }
            let item = Item(run) { _, _, _ in other.drop() }
            let next = Item(run)
            run.explore([
                "enqueue two, and drop the queue": {
                    item.enqueue(on: one.object)
                    next.enqueue(on: one.object, tells: true)
                    one.drop()
                },
                "flush": { next.flush() },
            ])
            for item in [item, next] {
                item.runs.expectNothingLost()
                item.runs.expectOneRunForEachEnqueue()
            }
        },
    ]

    private func makeWork(_ runs: Runs, _ gone: Tally) -> Work {
        let token = Token(gone)
        return Work { _ in runs.happen { _ in token.touch() } }
    }

    private func makeDelayedWork(_ runs: Runs, _ gone: Tally) -> DelayedWork {
        let token = Token(gone)
        return DelayedWork { _ in runs.happen { _ in token.touch() } }
    }
#endif
