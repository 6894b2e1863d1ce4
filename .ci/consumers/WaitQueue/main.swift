// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Synchronization
import WaitQueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

final class Bell: Sendable {
    let head = WaitQueueHead()
    let rings = Atomic<Int>(0)
}

func run() -> Bool {
    let bell = Bell()
    let plain = WaitQueueEntry(mask: .input) { _, _, _ in
        bell.rings.add(1, ordering: .relaxed)
        return .woken
    }
    let first = WaitQueueEntry { entry, _, locked in
        locked.remove(entry)
        return .woken
    }
    bell.head.add(plain)
    bell.head.add(first, exclusive: true)
    let woken = bell.head.wake(.input) + bell.head.wake(.input) + bell.head.wake(.output)
    bell.head.remove(plain)
    Task.detached {
        bell.rings.add(1, ordering: .releasing)
        bell.head.wakeAll()
    }
    bell.head.wait(until: { bell.rings.load(ordering: .acquiring) == 3 })
    let isEmpty = bell.head.withLock { locked in !locked.hasWaiters }
    return woken == 1 && isEmpty && !bell.head.wait(until: { false }, timeout: .milliseconds(1))
}

if run() { print("ok") } else { exit(1) }
