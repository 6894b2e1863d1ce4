// Wait for something: register, look again, and only then sleep.

import Synchronization
import WaitQueue

let queue = WaitQueueHead()
let isReady = Atomic<Bool>(false)
let calls = Atomic<Int>(0)

// An entry's function runs in the waker's thread, under the queue's lock: it touches the queue only through the view it is given.
let entry = WaitQueueEntry(mask: .input) { entry, _, locked in
    calls.add(1, ordering: .relaxed)
    locked.remove(entry)
    return .woken
}
queue.add(entry)

// Whoever makes the condition true wakes the queue afterwards.
Task.detached {
    isReady.store(true, ordering: .releasing)
    queue.wake(.input)
}

// `wait` looks, queues itself, looks again and sleeps: what happened before is seen, and what happens later wakes it.
queue.wait(until: { isReady.load(ordering: .acquiring) })

// On return of `remove`, the entry's function is not running, and will not run.
queue.remove(entry)
precondition(isReady.load(ordering: .acquiring) && !queue.hasWaiters)
precondition(calls.load(ordering: .relaxed) <= 1)
print("WaitQueue: waited")
