// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
internal import WaitQueue

/// A descriptor that is readable exactly while its file is, for loops that wait for descriptors.
///
/// It hears of the file's events as everybody does, by a node on the wait queue, and in front of all others. Only when the readiness
/// changes is a system call made. The file owns it, from the first time that somebody asks until the release.
@safe
final class PollableDescriptor: @unchecked Sendable {
    // @unchecked: `signal` is used under the lock of the wait queue; the rest does not change.

    @safe @exclusivity(unchecked) private var signal: ReadableSignal
    /// In memory that this object owns. It is off the queue before the object goes.
    private let node: WaitQueueNode.Pointer

    /// Makes a descriptor that nobody is told of yet. The queue is that of a context which keeps the object in its attachment.
    init(of head: WaitQueueHead) throws(EventFDError) {
        signal = try ReadableSignal()
        unsafe node = .allocate(capacity: 1)
        // Unretained: the node's function is called while the node is queued, and so while the context has this object.
        unsafe node.initialize(
            to: WaitQueueNode(
                context: Unmanaged.passUnretained(self).toOpaque(),
                function: { node, events, locked in
                    unsafe WaitQueueNode.function(node, events, locked) { node, _, locked in
                        unsafe Unmanaged<PollableDescriptor>.fromOpaque(node.pointee.context)._withUnsafeGuaranteedRef { pollable in
                            unsafe locked.head._withUnsafeGuaranteedRef { pollable.follow($0) }
                        }
                        return .notWoken
                    }
                }
            )
        )
    }

    deinit {
        unsafe node.deinitialize(count: 1)
        unsafe node.deallocate()
    }

    var number: Int32 { signal.number }

    /// From here on the descriptor follows the file. Under the lock.
    func begin(_ head: WaitQueueHead, _ locked: inout WaitQueueHead.Locked) {
        unsafe locked.addInFront(node)
        follow(head)
    }

    /// From here on nobody touches the descriptor, and it can be closed. Under the lock.
    func end(_ locked: inout WaitQueueHead.Locked) {
        unsafe locked.remove(node)
        // For duplicates, if there are any: a closed file is not readable.
        if signal.isSet { _ = signal.set(false) }
    }

    /// Whatever the wake was for: what counts is what the counter is now.
    private func follow(_ head: WaitQueueHead) {
        let isReadable = head.owner.count > 0
        if isReadable == signal.isSet { return }
        unsafe Trace.note(isReadable ? "make its descriptor readable" : "make its descriptor not readable", head)
        if !signal.set(isReadable) {
            misuse(
                "somebody has read or written the pollable descriptor of eventfd \(head.serial), or closed it; it is there to be waited for: "
                    + "read and write the EventFDFile"
            )
        }
    }
}
