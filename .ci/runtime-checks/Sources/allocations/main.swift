// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// Signal, wake, enqueue, flush, read, write, add, remove and poll allocate nothing.
//
//     allocations                one line an operation; status 1 if one allocates that must not
//     allocations --on-purpose   one allocation among the counted ones: status 1, or the counter is blind

import Glibc

var allocations = Allocations()
switch CommandLine.arguments.dropFirst() {
case []:
    try allocations.signals()
    try allocations.signalsWithIrqfds()
    try allocations.readsAndWrites()
    allocations.polls()
    try allocations.waits()
    allocations.wakes()
    try allocations.enqueues()
    try allocations.flushes()
case ["--on-purpose"]:
    var block: Block?
    var round = 0
    allocations.expectNone("on purpose, one") {
        // Not in the first, which is not counted.
        if round == Allocations.rounds / 2 { block = Block() }
        round += 1
    }
    _ = block
default:
    print("usage: allocations [--on-purpose]")
    exit(64)
}
exit(allocations.failures == 0 ? 0 : 1)
