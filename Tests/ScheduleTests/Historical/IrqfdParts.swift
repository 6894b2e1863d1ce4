// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import WaitQueue
    internal import Workqueue

    /// The memory of one irqfd: its variables, and behind them its wait queue entry and its works, which begin and end with it.
    @unsafe
    struct IrqfdParts {
        let memory: UnsafeMutableRawPointer
        let size: Int
        let wait: WaitQueueNode.Pointer
        let inject: WorkNode.Pointer
        let shutdown: WorkNode.Pointer

        /// The variables are the caller's to initialise. Each function finds the memory in the context of what it is called with.
        init<Variables: ~Copyable>(
            behind variables: Variables.Type,
            wakeup: WaitQueueNode.Function,
            inject injectFunction: WorkNode.Function,
            shutdown shutdownFunction: WorkNode.Function
        ) {
            let alignment = unsafe max(
                MemoryLayout<Variables>.alignment,
                MemoryLayout<WaitQueueNode>.alignment,
                MemoryLayout<WorkNode>.alignment
            )
            func aligned(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
            let waitOffset = aligned(MemoryLayout<Variables>.size)
            let injectOffset = unsafe aligned(waitOffset + MemoryLayout<WaitQueueNode>.size)
            let shutdownOffset = unsafe aligned(injectOffset + MemoryLayout<WorkNode>.size)
            unsafe size = unsafe shutdownOffset + MemoryLayout<WorkNode>.size
            unsafe memory = unsafe .allocate(byteCount: size, alignment: alignment)
            unsafe wait = unsafe (memory + waitOffset).bindMemory(to: WaitQueueNode.self, capacity: 1)
            unsafe inject = unsafe (memory + injectOffset).bindMemory(to: WorkNode.self, capacity: 1)
            unsafe shutdown = unsafe (memory + shutdownOffset).bindMemory(to: WorkNode.self, capacity: 1)
            unsafe wait.initialize(to: WaitQueueNode(context: memory, function: wakeup))
            unsafe inject.initialize(to: WorkNode(context: memory, life: .untilFlushed, function: injectFunction))
            unsafe shutdown.initialize(to: WorkNode(context: memory, function: shutdownFunction))
            unsafe ScheduleSeam.name(memory, size: size, .numbered("irqfd"))
            unsafe ScheduleSeam.name(wait, size: MemoryLayout<WaitQueueNode>.size, .part("entry", of: memory))
            unsafe ScheduleSeam.name(inject, size: MemoryLayout<WorkNode>.size, .part("inject", of: memory))
            unsafe ScheduleSeam.name(shutdown, size: MemoryLayout<WorkNode>.size, .part("shutdown", of: memory))
        }

        /// Ends the parts. The memory stays until the run is over: whoever touches it then is reported.
        func end() {
            unsafe wait.deinitialize(count: 1)
            unsafe WorkNode.end(inject)
            unsafe WorkNode.end(shutdown)
            if unsafe !ScheduleSeam.end(memory, size: size) { unsafe memory.deallocate() }
        }
    }
#endif
