// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// A device: a thread that has an eventfd signalled by its hand and sometimes waits until the guest has answered.
///
/// Neither the device nor its hand holds the file, so that the other side decides when its last reference goes away. Ordered to work it does a round of
/// work, in which every signal must be answered; and then, as when ordered to storm, it signals on and on, whatever becomes of the irqfd. That
/// ends only when it is parked.
final class Device: Sendable {
    /// What the device is told to do.
    private enum Order: Equatable, Sendable {
        case park
        case storm(pause: Duration)
        case work(round: UInt64)
        case quit
    }

    private struct Desk: Sendable {
        var order = Order.park
        var outlet: Outlet?
        var isParked = false
        var roundWorked: UInt64 = 0
    }

    let line: Line
    let activity: Activity
    private let desk = Monitor(Desk())
    private let thread = Monitor<NamedThread?>(nil)
    private let hand: any Hand
    private let latencies: Latencies
    private let failures: Failures
    private let patience: Duration
    private let seed: UInt64

    /// The hand is told what becomes of the activity.
    init(
        line: Line,
        latencies: Latencies,
        failures: Failures,
        patience: Duration,
        seed: UInt64,
        hand makeHand: (Line, Activity) -> any Hand
    ) {
        self.line = line
        self.latencies = latencies
        self.failures = failures
        self.patience = patience
        self.seed = seed
        activity = Activity("device-\(line.number)")
        hand = makeHand(line, activity)
        thread.update { $0 = NamedThread(name: "device-\(line.number)") { [self] in live() } }
    }

    // MARK: Orders

    /// Gives the device, which is parked, something else to signal.
    func exchange(_ outlet: Outlet) {
        desk.update { $0.outlet = outlet }
    }

    /// Has the device signal on and on, in gusts with a pause between them. Without a pause the others get hardly any processor time.
    func storm(pause: Duration) { desk.update { $0.order = .storm(pause: pause) } }

    func work(round: UInt64) { desk.update { $0.order = .work(round: round) } }

    /// Waits until the device has done its work of this round; since then it storms, gently.
    func awaitWork(of round: UInt64) {
        desk.wait { $0.roundWorked == round ? () : nil }
    }

    /// Has the device send one signal more and then be silent; returns when it is.
    func park() {
        desk.update { $0.order = .park }
        desk.wait { $0.isParked ? () : nil }
    }

    /// Kills the process that signals for the device, which must be storming; returns when it is gone.
    func kill() {
        hand.kill()
    }

    func quit() {
        desk.update { $0.order = .quit }
        thread.update { $0.take() }?.join()
    }

    // MARK: Its thread

    private func live() {
        var random = SplitMix64(seed: seed)
        while takeNextOutlet() {
            serve(&random)
            hand.letGo()
        }
        hand.quit()
        activity.enter(.ended)
    }

    /// Waits, parked, for an outlet, and hands it on; false at the end.
    private func takeNextOutlet() -> Bool {
        activity.enter(.parked)
        let outlet: Outlet?? = desk.wait { desk in
            if desk.order == .quit { return .some(nil) }
            desk.isParked = desk.outlet == nil
            return desk.outlet.take().map { .some($0) }
        }
        guard let outlet = outlet ?? nil else { return false }
        return hand.take(outlet)
    }

    /// Follows orders until there is another outlet or nothing more to do.
    private func serve(_ random: inout SplitMix64) {
        while true {
            switch nextOrder() {
            case .work(let round):
                hand.prepare()
                work(&random)
                desk.update { $0.roundWorked = round }
            case .storm(let pause):
                stormOnce(pause: pause)
            case .park:
                _ = hand.send(1)
                guard waitParked() else { return }
            case .quit:
                return
            }
        }
    }

    /// What to do next; an order to work that is carried out is one to storm, with pauses that leave the guest to those who still work.
    private func nextOrder() -> Order {
        desk.read { Self.nextOrder(at: $0) }
    }

    private static func nextOrder(at desk: Desk) -> Order {
        if case .work(desk.roundWorked) = desk.order { .storm(pause: .milliseconds(1)) } else { desk.order }
    }

    /// Is silent until there is something to do; false if that is not with this outlet.
    private func waitParked() -> Bool {
        activity.enter(.parked)
        desk.update { $0.isParked = true }
        return desk.wait { desk in
            if desk.order == .quit || desk.outlet != nil { return false }
            if desk.order == .park { return nil }
            desk.isParked = false
            return true
        }
    }

    /// A round of work: several signals at once, and single ones of which the latency is taken.
    ///
    /// At its beginning there may be signals from before the assign: they too must be answered.
    private func work(_ random: inout SplitMix64) {
        guard isAnswered() != nil else { return }
        for _ in 0..<Self.repetitions {
            activity.enter(.signalling, line: line)
            guard hand.send(Int.random(in: 1...12, using: &random)) != nil else { return }
            guard isAnswered() != nil else { return }
            guard let start = hand.send(1) else { return }
            guard let end = isAnswered() else { return }
            latencies.record(end - start)
        }
    }

    /// A gust of signals that nobody counts on.
    private func stormOnce(pause: Duration) {
        activity.enter(.signalling, line: line)
        if hand.storm(pause: pause) {
            desk.wait { Self.nextOrder(at: $0) == .storm(pause: pause) ? nil : () }
        } else if pause == .zero {
            sched_yield()
        } else {
            let _: Bool? = desk.wait(atMost: pause) { $0.order == .park ? true : nil }
        }
    }

    /// Waits until all signals are answered: when the last one was. If that does not come to pass they are lost, and it is nil.
    private func isAnswered() -> ContinuousClock.Instant? {
        activity.enter(.awaitingAnswer, line: line)
        if let time = line.awaitAnswer(atMost: patience) { return time }
        failures.add("\(activity.name): no interrupt within \(patience) after a signal (\(line.state))")
        line.countLost()
        return nil
    }

    /// Pairs of a burst and a single signal in a round of work.
    private static let repetitions = 8
    /// Signals between two pauses while storming.
    static let gust = 16
}
