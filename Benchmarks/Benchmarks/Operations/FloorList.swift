// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CFloors

/// A list of C's nodes, which lives as long as the process: the pointer stays good.
@safe final class FloorList {
    private let list: OpaquePointer

    init(_ count: UInt64) { unsafe list = floors_make_list(count) }

    /// Walks the list, with an indirect call for each node.
    func walkWithCalls(times: UInt64) { unsafe floors_walk_with_calls(list, times) }

    /// Walks the list, and touches each node.
    func walk() { unsafe floors_walk(list, 1) }
}
