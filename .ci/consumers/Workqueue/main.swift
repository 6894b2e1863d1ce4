// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workqueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

final class Counter: Sendable {
    let runs = Atomic<Int>(0)
}

func run() -> Bool {
    let counter = Counter()
    let queue = SingleThreadWorkqueue(name: "consumer")
    let works = (0..<10).map { _ in Work { _ in counter.runs.add(1, ordering: .relaxed) } }
    let results = works.map { queue.enqueue($0) }
    queue.flush()
    let flushed = counter.runs.load(ordering: .relaxed)
    let late = DelayedWork { _ in counter.runs.store(0, ordering: .relaxed) }
    queue.enqueue(late, after: .seconds(60))
    let wasPending = late.cancelAndWait()
    SingleThreadWorkqueue.system.enqueue(works[0])
    works[0].flush()
    queue.shutdown()
    return results.allSatisfy { $0 == .queued } && flushed == 10 && wasPending
        && counter.runs.load(ordering: .relaxed) == 11 && queue.enqueue(works[0]) == .refused
}

if run() { print("ok") } else { exit(1) }
