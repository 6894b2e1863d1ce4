// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import Synchronization

/// A queue and its one worker: what the thread and the items hold. Users hold the façade, `SingleThreadWorkqueue`.
///
/// The corresponding kernel structure is `struct workqueue_struct`, of the single-thread kind.
///
/// There are two locks. What comes in is listed under `mutex`. The worker takes all of it at once, as its *batch*, and runs that under
/// `batchMutex`, so that enqueuers and worker do not meet at every item. Everybody else who looks at what is listed or runs takes
/// both, in this order; so the worker, with either of the two, is alone with the batch.
@safe
@usableFromInline
package final class WorkqueueCore: @unchecked Sendable {
    // @unchecked: every variable is guarded by the locks; the rest never changes.

    enum Phase { case open, closing, ended }

    package let name: String
    let isSystem: Bool
    let mutex = AdaptiveMutex(.workqueue)

    // Guarded by `mutex`.

    @safe @exclusivity(unchecked) var phase = Phase.open
    /// How many drains are under way: only the worker's own items get in.
    @safe @exclusivity(unchecked) var drains: UInt32 = 0
    @safe @exclusivity(unchecked) var first: WorkNode.Pointer?
    @safe @exclusivity(unchecked) var last: WorkNode.Pointer?
    @safe @exclusivity(unchecked) var listings: UInt64 = 0
    /// The worker sleeps, or is about to: the next one who brings work wakes it.
    @safe @exclusivity(unchecked) var isIdle = false
    @safe @exclusivity(unchecked) var timers = unsafe TimerHeap()
    /// Who waits for the worker's end.
    @safe @exclusivity(unchecked) var endBarriers: FlushBarrier.Pointer?
    /// The numbers of the sets that inject through this queue: it may not go before them.
    @safe @exclusivity(unchecked) var injectsFor: [UInt64] = []
    /// Written before any other thread knows this queue, and then only read.
    @safe @exclusivity(unchecked) private(set) var thread: KernelThread?
    @safe @exclusivity(unchecked) private var registrySlot = 0

    let batchMutex = AdaptiveMutex(.batch)

    // Guarded by both; the worker needs one.

    @safe @exclusivity(unchecked) var batchFirst: WorkNode.Pointer?
    @safe @exclusivity(unchecked) var batchLast: WorkNode.Pointer?
    /// The item that runs. It is compared, never dereferenced: its function may have freed it.
    @safe @exclusivity(unchecked) var current: WorkNode.Pointer?
    /// And which listing of it this is.
    @safe @exclusivity(unchecked) var currentListing: UInt64 = 0
    /// And what it is called: of the item itself nothing may be asked any more.
    @safe @exclusivity(unchecked) var currentLabel = WorkLabel.anonymous
    @safe @exclusivity(unchecked) var currentBarriers: FlushBarrier.Pointer?
    /// On it the worker waits, behind the run, on another queue, of the first item of the batch: who takes that item back wakes the worker.
    @safe @exclusivity(unchecked) var runBarrier: FlushBarrier.Pointer?
    let runs = StatCounter()
    /// Nil: nobody is told of stalls. With it this is a cycle, which the worker breaks when it leaves, if nobody has before.
    @safe @exclusivity(unchecked) var stallWatch: StallWatch?

    let parker = Parker()
    /// Something came in, or ended, since the worker has looked. Exact under `mutex`; without it a hint for a worker that is awake.
    let attention = Atomic<Bool>(false)

    // The worker's own.

    @safe @exclusivity(unchecked) var batchSize = 0
    /// The last run was waited for by somebody who slept.
    @safe @exclusivity(unchecked) var hasWoken = false
    /// Pauses between two looks: more, where more comes in meanwhile.
    @safe @exclusivity(unchecked) var interval = 1
    /// How many batches of one item there were one after the other.
    @safe @exclusivity(unchecked) var smallBatches = 0
    /// Pauses before it goes to sleep.
    @safe @exclusivity(unchecked) var patience = Spinning.pausesBeforeParking

    static let registry = ObjectRegistry()

    init(name: String, isSystem: Bool) {
        self.name = name
        self.isSystem = isSystem
        registrySlot = unsafe WorkqueueCore.registry.insert(identity)
        Trace.begin(self)
    }

    deinit { WorkqueueCore.registry.remove(registrySlot, counted: runs.load()) }

    /// The thread keeps the core alive until its worker leaves.
    func start() {
        let core = unsafe Unmanaged.passRetained(self)
        thread = KernelThread(name: name) {
            let waiting = unsafe core._withUnsafeGuaranteedRef { unsafe $0.work() }
            // The last of the worker's references, and before the barriers: who has waited for the end finds the queue let go.
            unsafe core.release()
            unsafe FlushBarrier.complete(waiting)
        }
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

    // MARK: Both locks

    func lock() {
        mutex.lock()
        batchMutex.lock()
    }

    func unlock() {
        batchMutex.unlock()
        mutex.unlock()
    }

    func withLock<R>(_ body: () -> R) -> R {
        lock()
        defer { unlock() }
        return body()
    }

    // MARK: The lists

    /// Lists what comes in. Under `mutex`.
    func append(_ node: WorkNode.Pointer) {
        unsafe Tracing.instant(.queueWork, node.traceNumber, name: name)
        unsafe node.pointee.place = .listed
        unsafe node.pointee.previous = last
        unsafe node.pointee.next = nil
        if let last { unsafe last.pointee.next = unsafe node } else { first = unsafe node }
        last = unsafe node
    }

    /// The same with a list of items, linked already.
    func appendList(from head: WorkNode.Pointer, to tail: WorkNode.Pointer) {
        unsafe head.pointee.previous = last
        if let last { unsafe last.pointee.next = unsafe head } else { first = unsafe head }
        last = unsafe tail
        unsafe Trace.note("queue the list from", head, self)
    }

    /// From whichever list it is in, under both locks; or from the batch, by the worker.
    private func unlink(_ node: WorkNode.Pointer) {
        let previous = unsafe node.pointee.previous
        let next = unsafe node.pointee.next
        if let previous = unsafe previous {
            unsafe previous.pointee.next = unsafe next
        } else if unsafe batchFirst == node {
            batchFirst = unsafe next
        } else {
            first = unsafe next
        }
        if let next = unsafe next {
            unsafe next.pointee.previous = unsafe previous
        } else if unsafe batchLast == node {
            batchLast = unsafe previous
        } else {
            last = unsafe previous
        }
        unsafe node.pointee.next = nil
        unsafe node.pointee.previous = nil
        unsafe node.pointee.place = .nowhere
    }

    /// Takes an item out that will not run. Who waits behind it goes on waiting for what is before it; a list is returned of
    /// those who need not wait any longer. Under both locks.
    func withdraw(_ node: WorkNode.Pointer) -> FlushBarrier.Pointer? {
        if unsafe node.pointee.place == .timed {
            unsafe timers.remove(node)
            unsafe node.pointee.place = .nowhere
            return nil
        }
        unsafe Tracing.instant(.cancelWork, node.traceNumber, name: name)
        let previous = unsafe node.pointee.previous ?? (first == node ? batchLast : nil)
        unsafe unlink(node)
        let barriers = unsafe node.pointee.barriers
        unsafe node.pointee.barriers = nil
        unsafe FlushBarrier.handOver(barriers, to: previous)
        if let previous = unsafe previous {
            unsafe previous.pointee.barriers = unsafe FlushBarrier.joined(barriers, previous.pointee.barriers)
        } else if unsafe current != nil {
            currentBarriers = unsafe FlushBarrier.joined(barriers, currentBarriers)
        } else {
            unsafe FlushBarrier.takenOff(barriers)
            return unsafe barriers
        }
        return nil
    }

    /// Lists what is due. Called before anything else is listed or waited for, so that the order is that of the clock. Under `mutex`.
    @inline(__always)
    func promoteExpiredTimers() {
        if unsafe timers.first != nil { listExpiredTimers() }
    }

    @inline(never)
    private func listExpiredTimers() {
        let now = Deadline.now
        while let node = unsafe timers.first, unsafe node.pointee.timer.deadline <= now {
            unsafe timers.remove(node)
            unsafe append(node)
            unsafe Trace.note("its time has come:", node, self)
        }
    }

    /// Has the worker look. Whether it must be woken for that, which the caller does by `wakeWorker`, once the lock is gone. Under `mutex`.
    @inline(__always)
    func summonWorker() -> Bool {
        if !attention.load(ordering: .relaxed) { attention.store(true, ordering: .relaxed) }
        let wasIdle = isIdle
        isIdle = false
        return wasIdle
    }

    /// The worker has looked, or is about to. Under `mutex`.
    @inline(__always)
    func payAttention() {
        if attention.load(ordering: .relaxed) { attention.store(false, ordering: .relaxed) }
    }

    @inline(never)
    func wakeWorker() {
        if !parker.unpark() { return }
        // For a flush that may follow. (The caller has a reference to this queue, so the parker is there.)
        unsafe ExecutionContext.noteWake(of: identity, fromLongSleep: parker.durationOfSleep > Spinning.nanosecondsOfRecentSleep)
    }

    /// How long this thread spins while it waits for the worker.
    var pausesOfFlusher: Int {
        switch unsafe ExecutionContext.takeNoteOfWake(of: identity) {
        case nil: Spinning.pausesBeforeParking
        case true?: 0
        case false?: Spinning.pausesForRecentSleeper
        }
    }

    /// Takes the front item of the batch out, as the one that runs now. Nil: there is none. By the worker.
    func beginNext() -> WorkNode.Pointer? {
        guard let node = batchFirst else { return nil }
        unsafe unlink(node)
        current = unsafe node
        currentListing = unsafe node.pointee.listing
        currentLabel = unsafe node.pointee.label
        if stallWatch != nil { noteBeginning() }
        currentBarriers = unsafe node.pointee.barriers
        unsafe node.pointee.barriers = nil
        return unsafe node
    }

    /// Takes out a barrier that is behind the run in progress; false: it is not there. It is compared, never dereferenced, until it is found.
    func detach(_ barrier: FlushBarrier.Pointer) -> Bool {
        withLock { unsafe FlushBarrier.remove(barrier, from: &currentBarriers) }
    }

    /// Nil: it does not run here.
    func attach(_ barrier: FlushBarrier.Pointer, toRunOf node: WorkNode.Pointer) -> WorkqueueCore? {
        withLock {
            if unsafe current != node { return nil }
            Trace.note("wait for the end of the run on", self)
            currentBarriers = unsafe FlushBarrier.joined(barrier, currentBarriers)
            return self
        }
    }
}
