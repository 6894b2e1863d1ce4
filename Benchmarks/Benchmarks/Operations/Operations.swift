// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// The operations of the library, and beside each what it is held against: NAME, and NAME.floor or the like. Which goes with which, and
// within which ratio, says thresholds.json.

let benchmarks: @Sendable () -> Void = {
    signals()
    wakes()
    files()
    works()
    irqfds()
    contention()
}
