// Run work on a thread of its own, wait for it, and end the thread.

import Synchronization
import Workqueue

let queue = SingleThreadWorkqueue(name: "snippet")
let runs = Atomic<Int>(0)
let work = Work { _ in runs.add(1, ordering: .relaxed) }

// Two events: if the first is still pending, one run stands for both; if it runs already, there is a second run.
queue.enqueue(work)
queue.enqueue(work)
work.flush()
precondition((1...2).contains(runs.load(ordering: .relaxed)))
precondition(!work.isPending && !work.flush(), "nothing to wait for any more")

// A delayed item is pending from the enqueue on; a flush does not wait for its timer, but queues it at once.
let timeout = DelayedWork { _ in runs.store(-1, ordering: .relaxed) }
queue.enqueue(timeout, after: .seconds(60))
timeout.flush()
precondition(runs.load(ordering: .relaxed) == -1)

queue.shutdown()
precondition(queue.enqueue(work) == .refused)
print("Workqueue: flushed")
