// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

// MARK: A descriptor that follows the file

extension EventFDContext {
    /// The descriptor that is readable while the file is, made for the first who asks. The caller holds the file.
    func pollableDescriptor() throws(EventFDError) -> Int32 {
        if let number = withLock({ head, _ in head.pollable?.number }) { return number }
        // System calls and memory: not under the lock. Who is second lets go of what they made.
        let new = try PollableDescriptor(of: head)
        return withLock { head, locked in
            if let pollable = head.pollable { return pollable.number }
            unsafe Trace.note("attach a descriptor", head)
            head.owner.attachment = new
            // The caller's hold keeps the release away, which is the next to look at this.
            head.owner.putOff = { EventFDContext(of: $0).settleWithPollable() }
            new.begin(head, &locked)
            return new.number
        }
    }

    /// As `settle`; the descriptor goes with the file.
    private func settleWithPollable() {
        if !hangUp() { return end() }
        let pollable = withLock { head, locked in
            head.pollable?.end(&locked)
            return head.owner.attachment.take()
        }
        // It is closed here, after the lock.
        _ = consume pollable
        put()
    }
}

extension WaitQueueHead {
    /// Of a context whose counter is its own.
    fileprivate var pollable: PollableDescriptor? {
        owner.attachment.map { unsafe unsafeDowncast($0, to: PollableDescriptor.self) }
    }
}

// MARK: A counter behind a descriptor

#if os(Linux)
    extension EventFDContext {
        /// Makes a context whose counter is in the kernel; the caller has the one reference.
        init(_ head: WaitQueueHead, descriptor: consuming EventFDDescriptor) throws(EventFDError) {
            let poller = try DescriptorPoller.enter()
            do throws(EventFDError) {
                let counter = try KernelCounter(descriptor, poller: poller, serial: head.serial)
                try poller.add(counter.descriptor.number, head.serial)
                head.owner.attachment = counter
            } catch {
                poller.leave()
                throw error
            }
            head.owner.count = .max
            head.owner.isOnDescriptor = true
            self.init(beginning: head) { EventFDContext(of: $0).settleOnDescriptor() }
            poller.table.insert(self)
        }

        /// As `settle`; the descriptor is closed with the context, because whoever has a reference may signal through it.
        private func settleOnDescriptor() {
            if hangUp() { return put() }
            let counter = head.kernelCounter
            counter.poller.table.remove(self)
            counter.poller.remove(counter.descriptor.number, id.serial)
            // Somebody may still have the head, from a poll, and must not keep the descriptor with it.
            let attachment = withLock { head, _ in head.owner.attachment.take() }
            end()
            counter.poller.leave()
            // It is closed here.
            _ = consume attachment
        }

        /// Somebody has written. On the poller's thread.
        ///
        /// All exclusive entries are woken: how many writes there were is not known. And nobody, if there is nothing any more: what was
        /// drained with one irqfd must not interrupt the next.
        func hearOfWrite() {
            withLock { head, locked in
                unsafe Trace.note("hear of a write to", head)
                if locked.hasWaiters, head.kernelCounter.readiness.contains(.input) { locked.wakeAll(.input) }
            }
        }

        /// There may be room. On the poller's thread.
        ///
        /// All exclusive entries are woken: how many reads there were is not known.
        func hearOfRoom() {
            withLock { head, locked in
                if !head.kernelCounter.findRoom() { return }
                if locked.hasWaiters { locked.wakeAll(.output) } else { head.kernelCounter.awaitNoRoom() }
            }
        }
    }

    extension WaitQueueHead {
        /// Of a context that stands on a descriptor, and has not ended.
        var kernelCounter: KernelCounter { unsafe unsafeDowncast(owner.attachment!, to: KernelCounter.self) }
    }
#endif
