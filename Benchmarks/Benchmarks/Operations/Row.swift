// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Benchmark

/// A benchmark whose preparation is made only in the process that runs it, and kept there to the end.
///
/// - Parameters:
///   - name: the operation's name; behind a dot, what it is held against
///   - operations: how many operations `run` does
///   - prepare: what `run` needs
///   - run: what is measured
func row<State>(
    _ name: String,
    operations: BenchmarkScalingFactor = .kilo,
    prepare: @escaping () throws -> State,
    run: @escaping (State) throws -> Void
) {
    row(name, operations: operations, prepare: prepare, beforeEach: { $0 }, run: run)
}

/// A benchmark of something that can be done only once: `beforeEach` makes it again each time, and is not measured.
func row<State, Once>(
    _ name: String,
    operations: BenchmarkScalingFactor = .kilo,
    prepare: @escaping () throws -> State,
    beforeEach: @escaping (State) throws -> Once,
    run: @escaping (Once) throws -> Void,
    afterEach: @escaping (Once) throws -> Void = { _ in }
) {
    let configuration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput, .instructions],
        warmupIterations: 3,
        scalingFactor: operations,
        maxDuration: .milliseconds(300),
        maxIterations: 100_000
    )
    var state: State?
    Benchmark(name, configuration: configuration) { (benchmark: Benchmark) throws in
        if state == nil { state = try prepare() }
        let once = try beforeEach(state!)
        benchmark.startMeasurement()
        try run(once)
        benchmark.stopMeasurement()
        try afterEach(once)
    }
}

/// What the machine can do of it.
func floor(_ name: String, operations: BenchmarkScalingFactor = .kilo, run: @escaping () -> Void) {
    row(name, operations: operations, prepare: {}, run: run)
}

/// How often the fast operations are done in one measurement: `BenchmarkScalingFactor.kilo`.
let thousand = 1000
