// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives
internal import Synchronization

/// A small lock for what watches the other locks, and so can use none of them: unwatched, and no point of any schedule.
struct GuardianLock: ~Copyable, Sendable {
    /// 0: free, 1: held, 2: held, and somebody may sleep.
    private let word = Atomic<UInt32>(0)

    init() {}

    func withLock<R>(_ body: () -> R) -> R {
        // Who yields instead of sleeping stands at the end of the line of a busy machine, and may not come to its turn for seconds.
        if !word.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged {
            unsafe kp_set_waits_for(GuardianLock.reason)
            while word.exchange(2, ordering: .acquiring) != 0 { unsafe kp_wait_on_word(address, 2, .max) }
            kp_set_waits_for(nil)
        }
        defer {
            let address = unsafe address
            if word.exchange(0, ordering: .releasing) == 2 { unsafe kp_wake_one_on_word(address) }
        }
        return body()
    }

    /// What a thread waits for that waits for such a lock, and so for no more than a moment.
    @inline(never) static var reason: UnsafePointer<CChar> {
        let sentence: StaticString = "a guardian lock"
        return unsafe UnsafeRawPointer(sentence.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private var address: UnsafeRawPointer { unsafe withUnsafePointer(to: word) { unsafe UnsafeRawPointer($0) } }
}
