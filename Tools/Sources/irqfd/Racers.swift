// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// A few threads that do different things at the same moment.
///
/// The caller is one of them. All meet at a gate, spinning, so that they leave it within a fraction of a microsecond of each other.
final class Racers: Sendable {
    /// What one thread does in a race, one after the other.
    typealias Lane = [@Sendable (Activity) -> Void]

    private struct State: Sendable {
        var lanes: [Lane?]
        var isEnding = false
    }

    private let state: Monitor<State>
    private let arrived = Atomic<Int>(0)
    private let threads = Monitor<[NamedThread]>([])
    let activities: [Activity]

    /// With the caller there are `count` threads, and the others are named after the role.
    init(count: Int, caller: Activity, role: String = "racer") {
        state = Monitor(State(lanes: Array(repeating: nil, count: count)))
        activities = [caller] + (1..<count).map { Activity("\(role)-\($0)") }
        for number in 1..<count {
            let thread = NamedThread(name: "\(role)-\(number)") { [self] in live(number) }
            threads.update { $0.append(thread) }
        }
    }

    /// Runs the lanes, one a thread; returns when all are done and let go of.
    func race(_ lanes: [Lane]) {
        precondition(lanes.count == activities.count, "a lane for each racer")
        arrived.store(0, ordering: .relaxed)
        state.update { state in
            for number in 1..<lanes.count { state.lanes[number] = lanes[number] }
        }
        run(lanes[0], as: activities[0])
        activities[0].enter(.awaitingRacers)
        state.wait { state in state.lanes.allSatisfy { $0 == nil } ? () : nil }
    }

    func quit() {
        state.update { $0.isEnding = true }
        for thread in threads.update({ threads in
            defer { threads = [] }; return threads
        }) { thread.join() }
    }

    private func live(_ number: Int) {
        let activity = activities[number]
        while waitAndRun(number, activity) {
            state.update { $0.lanes[number] = nil }
        }
        activity.enter(.ended)
    }

    /// In a function of its own, so that the lane and all that it holds are gone when it returns.
    private func waitAndRun(_ number: Int, _ activity: Activity) -> Bool {
        activity.enter(.idle)
        let lane: Lane?? = state.wait { state in
            if let lane = state.lanes[number] { return .some(lane) }
            return state.isEnding ? .some(nil) : nil
        }
        guard let lane = lane ?? nil else { return false }
        run(lane, as: activity)
        return true
    }

    private func run(_ lane: Lane, as activity: Activity) {
        arrived.wrappingAdd(1, ordering: .relaxed)
        while arrived.load(ordering: .relaxed) < activities.count { sched_yield() }
        for action in lane { action(activity) }
    }
}
