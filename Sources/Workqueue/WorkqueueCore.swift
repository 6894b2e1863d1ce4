// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// A queue and its one worker: what the thread and the items hold. Users hold the façade, `SingleThreadWorkqueue`.
///
/// The corresponding kernel structure is `struct workqueue_struct`, of the single-thread kind.
@safe
package final class WorkqueueCore: @unchecked Sendable {
    // @unchecked: every variable is guarded by `mutex`, a leaf of the lock order; the rest never changes.

    enum Phase { case open, closing, ended }

    package let name: String
    let isSystem: Bool
    let mutex = AdaptiveMutex(.workqueue)
    let parker = Parker()
    let runs = StatCounter()

    @safe @exclusivity(unchecked) var phase = Phase.open
    /// How many drains are under way: only the worker's own items get in.
    @safe @exclusivity(unchecked) var drains: UInt32 = 0
    @safe @exclusivity(unchecked) var first: WorkNode.Pointer?
    @safe @exclusivity(unchecked) var last: WorkNode.Pointer?
    @safe @exclusivity(unchecked) var listings: UInt64 = 0
    /// The item that runs. It is compared, never dereferenced: its function may have freed it.
    @safe @exclusivity(unchecked) var current: WorkNode.Pointer?
    /// And which listing of it this is.
    @safe @exclusivity(unchecked) var currentListing: UInt64 = 0
    @safe @exclusivity(unchecked) var currentBarriers: FlushBarrier.Pointer?
    /// On it the worker waits, behind the run of the first item on another queue: who takes that item back wakes the worker.
    @safe @exclusivity(unchecked) var runBarrier: FlushBarrier.Pointer?
    /// The worker sleeps, or is about to: the next one who brings work wakes it.
    @safe @exclusivity(unchecked) var isIdle = false
    @safe @exclusivity(unchecked) var hasExited = false
    @safe @exclusivity(unchecked) var timers = unsafe TimerHeap()
    /// Who waits for the worker's end, and who for the thread's.
    @safe @exclusivity(unchecked) var exitBarriers: FlushBarrier.Pointer?
    @safe @exclusivity(unchecked) var endBarriers: FlushBarrier.Pointer?
    /// The numbers of the sets that inject through this queue: it may not go before them.
    @safe @exclusivity(unchecked) var injectsFor: [UInt64] = []
    /// Written before any other thread knows this queue, and then only read.
    @safe @exclusivity(unchecked) private(set) var thread: KernelThread?
    @safe @exclusivity(unchecked) private var registrySlot = 0

    static let registry = ObjectRegistry()

    init(name: String, isSystem: Bool) {
        self.name = name
        self.isSystem = isSystem
        registrySlot = unsafe WorkqueueCore.registry.insert(identity)
        Trace.begin(self)
    }

    deinit { WorkqueueCore.registry.remove(registrySlot, counted: runs.load()) }

    /// The thread keeps the core alive until it ends.
    func start() {
        thread = KernelThread(name: name) { [self] in work() }
    }

    var identity: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

    var isOwnWorker: Bool { unsafe ExecutionContext.worker == identity }

    /// Debug builds: if this thread is a worker, records that it waits for this one, and reports a circle.
    func waitingForThisWorker(unless isOver: @escaping () -> Bool = { false }, _ body: () -> Void) {
        #if DEBUG && !hasFeature(Embedded)
            if let worker = unsafe ExecutionContext.worker {
                let own = unsafe Unmanaged<WorkqueueCore>.fromOpaque(worker).takeUnretainedValue()
                unsafe WaitGraph.shared.begin(
                    UInt(bitPattern: own.identity),
                    named: own.name,
                    for: UInt(bitPattern: identity),
                    named: name,
                    unless: isOver
                )
                body()
                unsafe WaitGraph.shared.end(UInt(bitPattern: own.identity))
                return
            }
        #endif
        body()
    }

    // MARK: The list, under the lock

    func append(_ node: WorkNode.Pointer) {
        unsafe node.pointee.place = .listed
        unsafe node.pointee.previous = last
        unsafe node.pointee.next = nil
        if let last { unsafe last.pointee.next = unsafe node } else { first = unsafe node }
        last = unsafe node
    }

    private func unlink(_ node: WorkNode.Pointer) {
        let previous = unsafe node.pointee.previous
        let next = unsafe node.pointee.next
        if let previous = unsafe previous { unsafe previous.pointee.next = unsafe next } else { first = unsafe next }
        if let next = unsafe next { unsafe next.pointee.previous = unsafe previous } else { last = unsafe previous }
        unsafe node.pointee.next = nil
        unsafe node.pointee.previous = nil
        unsafe node.pointee.place = .nowhere
    }

    /// Takes an item out that will not run. Who waits behind it goes on waiting for what is before it; a list is returned of
    /// those who need not wait any longer.
    func withdraw(_ node: WorkNode.Pointer) -> FlushBarrier.Pointer? {
        if unsafe node.pointee.place == .timed {
            unsafe timers.remove(node)
            unsafe node.pointee.place = .nowhere
            return nil
        }
        let previous = unsafe node.pointee.previous
        unsafe unlink(node)
        let barriers = unsafe node.pointee.barriers
        unsafe node.pointee.barriers = nil
        if let previous = unsafe previous {
            unsafe previous.pointee.barriers = unsafe FlushBarrier.joined(barriers, previous.pointee.barriers)
        } else if unsafe current != nil {
            currentBarriers = unsafe FlushBarrier.joined(barriers, currentBarriers)
        } else {
            return unsafe barriers
        }
        return nil
    }

    /// Lists what is due. Called before anything else is listed or waited for, so that the order is that of the clock.
    func promoteExpiredTimers() {
        if unsafe timers.first == nil { return }
        let now = Deadline.now
        while let node = unsafe timers.first, unsafe node.pointee.timer.deadline <= now {
            unsafe timers.remove(node)
            unsafe append(node)
            unsafe Trace.note("its time has come:", node, self)
        }
    }

    /// Whether the worker must be unparked, which the caller does once the lock is gone.
    func takeIdle() -> Bool {
        let wasIdle = isIdle
        isIdle = false
        return wasIdle
    }

    // MARK: The worker

    /// The corresponding kernel function is `worker_thread`.
    private func work() {
        unsafe ExecutionContext.worker = unsafe identity
        mutex.lock()
        while true {
            promoteExpiredTimers()
            if let node = first {
                if let other = unsafe node.pointee.elsewhere {
                    unsafe waitForRun(of: node, on: other.takeUnretainedValue())
                } else {
                    unsafe run(node)
                }
            } else if phase != .open, unsafe timers.first == nil {
                // Not before the last timer was let go: a flush may still list its item.
                break
            } else {
                waitForWork()
            }
        }
        let waiting = exitBarriers
        exitBarriers = nil
        hasExited = true
        Trace.note("the worker leaves", self)
        mutex.unlock()
        unsafe ExecutionContext.worker = nil
        unsafe FlushBarrier.complete(waiting)
    }

    /// Entered and left with the lock held.
    ///
    /// The corresponding kernel function is `process_one_work`.
    private func run(_ node: WorkNode.Pointer) {
        unsafe unlink(node)
        current = unsafe node
        currentListing = unsafe node.pointee.listing
        currentBarriers = unsafe node.pointee.barriers
        unsafe node.pointee.barriers = nil
        let function = unsafe node.pointee.function
        let context = unsafe node.pointee.context
        let release = unsafe node.pointee.release
        // Before the function: an event that comes while it runs queues the item again. And a read-modify-write: it sees
        // what the enqueuer whose test-and-set failed stored before.
        _ = unsafe node.pointee.pending.exchange(0)
        mutex.unlock()

        unsafe ExecutionContext.currentWork = UnsafeMutableRawPointer(node)
        unsafe Trace.note("run", node)
        unsafe function(node)
        Trace.note("end of the run on", self)
        unsafe ExecutionContext.currentWork = nil
        // Maybe the last reference. Before the barriers: who has flushed finds the item let go.
        if let release = unsafe release {
            unsafe Trace.dropReference(node)
            unsafe release(context)
        }

        mutex.lock()
        runs.bump()
        current = nil
        let waiting = currentBarriers
        currentBarriers = nil
        if unsafe waiting != nil {
            Trace.note("wake who waits on", self)
            mutex.unlock()
            unsafe FlushBarrier.complete(waiting)
            mutex.lock()
        }
    }

    /// The item at the front may still run on another queue: at most one instance runs anywhere, so this worker waits.
    private func waitForRun(of node: WorkNode.Pointer, on other: WorkqueueCore) {
        let listing = unsafe node.pointee.listing
        mutex.unlock()
        let hasWaited = unsafe FlushBarrier.wait("the end of an item's run on another queue") { barrier in
            if unsafe other.attach(barrier, toRunOf: node) == nil { return nil }
            let isStillFirst = mutex.withLock {
                if unsafe first != node || node.pointee.listing != listing { return false }
                runBarrier = unsafe barrier
                return true
            }
            // Taken back before anybody could see that this worker waits; or the run has ended, and the wake is on its way.
            if unsafe !isStillFirst && other.detach(barrier) { return nil }
            return other
        }
        mutex.lock()
        runBarrier = nil
        // Woken by the end of the run, or because the item was taken back: look again.
        if hasWaited { return }
        // It may have been cancelled meanwhile, and even queued again: then there is another place to look at.
        if unsafe first == node, unsafe node.pointee.listing == listing, let old = unsafe node.pointee.elsewhere {
            unsafe node.pointee.elsewhere = nil
            mutex.unlock()
            unsafe old.release()
            mutex.lock()
        }
    }

    /// Entered and left with the lock held. Not inlined: profilers show where an idle worker stands.
    @inline(never)
    private func waitForWork() {
        isIdle = true
        let deadline = unsafe timers.first.map { unsafe $0.pointee.timer.deadline } ?? .never
        mutex.unlock()
        _ = parker.park("work", until: deadline)
        mutex.lock()
        isIdle = false
    }

    /// Takes out a barrier that is behind the run in progress; false: it is not there. It is compared, never dereferenced, until it is found.
    func detach(_ barrier: FlushBarrier.Pointer) -> Bool {
        mutex.withLock { unsafe FlushBarrier.remove(barrier, from: &currentBarriers) }
    }

    /// Nil: it does not run here.
    func attach(_ barrier: FlushBarrier.Pointer, toRunOf node: WorkNode.Pointer) -> WorkqueueCore? {
        mutex.withLock {
            if unsafe current != node { return nil }
            Trace.note("wait for the end of the run on", self)
            currentBarriers = unsafe FlushBarrier.joined(barrier, currentBarriers)
            return self
        }
    }
}
