// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CountingAllocator

/// Counts what is allocated in the whole process, workers included, while something is done again and again.
struct Allocations {
    /// How often each is done.
    static let rounds = 1000

    /// How many have allocated that must not.
    private(set) var failures = 0

    /// Does it, and counts a failure if there was an allocation.
    mutating func expectNone(_ what: String, _ body: () throws -> Void) rethrows {
        if try count(what, body) > 0 { failures += 1 }
    }

    /// Does it, and says how many allocations there were, for information.
    func report(_ what: String, _ body: () throws -> Void) rethrows { _ = try count("\(what), for information", body) }

    private func count(_ what: String, _ body: () throws -> Void) rethrows -> UInt {
        try body()  // Once for what happens once: lazy globals, the sleeper's first system call.
        let before = allocations_so_far()
        for _ in 0..<Self.rounds { try body() }
        let allocated = allocations_so_far() - before
        print("allocations: \(what): \(allocated) in \(Self.rounds)")
        return allocated
    }
}
