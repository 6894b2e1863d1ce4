// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    internal import KernelPrimitives

    /// The item of one job: a node, and behind it the job, in one piece of memory, which is freed when the job has run.
    enum JobItem {
        private static let jobOffset = unsafe MemoryLayout<WorkNode>.stride
        private static let size = jobOffset + MemoryLayout<UnownedJob>.size
        private static let alignment = unsafe max(MemoryLayout<WorkNode>.alignment, MemoryLayout<UnownedJob>.alignment)

        /// What a job is called in snapshots and reports of stalls.
        private static let label = WorkLabel("job")

        enum Owner { case actor, task }

        static func make(_ job: UnownedJob, of owner: Owner, on queue: SingleThreadWorkqueue) -> WorkNode.Pointer {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
            unsafe (memory + jobOffset).initializeMemory(as: UnownedJob.self, to: job)
            // Retained until the job has run: the runtime is told the queue while it runs.
            let context = unsafe Unmanaged.passRetained(queue).toOpaque()
            let node = unsafe memory.bindMemory(to: WorkNode.self, capacity: 1)
            switch owner {
            case .actor: unsafe node.initialize(to: WorkNode(context: context, label: label, function: { unsafe JobItem.runAsActor($0) }))
            case .task: unsafe node.initialize(to: WorkNode(context: context, label: label, function: { unsafe JobItem.runAsTask($0) }))
            }
            return unsafe node
        }

        private static func runAsActor(_ memory: UnsafeMutableRawPointer) {
            unsafe run(memory) { unsafe $0.runSynchronously(on: $1.asUnownedSerialExecutor()) }
        }

        private static func runAsTask(_ memory: UnsafeMutableRawPointer) {
            unsafe run(memory) { unsafe $0.runSynchronously(on: $1.asUnownedTaskExecutor()) }
        }

        /// The memory stays until the job has run: what it makes must not lie where the worker takes this item to be.
        @inline(__always)
        private static func run(_ memory: UnsafeMutableRawPointer, _ body: (UnownedJob, SingleThreadWorkqueue) -> Void) {
            let node = unsafe memory.assumingMemoryBound(to: WorkNode.self)
            let job = unsafe (memory + jobOffset).assumingMemoryBound(to: UnownedJob.self)
            let queue = unsafe Unmanaged<SingleThreadWorkqueue>.fromOpaque(node.pointee.context)
            unsafe queue._withUnsafeGuaranteedRef { unsafe body(job.pointee, $0) }
            unsafe job.deinitialize(count: 1)
            unsafe WorkNode.end(node)
            unsafe memory.deallocate()
            // Maybe the last one: the queue then ends by itself, on its own worker.
            unsafe queue.release()
        }
    }

    extension WorkqueueCore {
        /// Lists the item of a job, also while the queue is being drained or shut down. False: its worker has left.
        func enqueueJob(_ node: WorkNode.Pointer) -> Bool {
            mutex.lock()
            if phase == .ended {
                mutex.unlock()
                return false
            }
            unsafe markAndPlace(node, at: nil)
            let mustWake = summonWorker()
            mutex.unlock()
            if mustWake { wakeWorker() }
            return true
        }
    }
#endif
