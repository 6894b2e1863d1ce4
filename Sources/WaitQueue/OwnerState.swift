// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What the owner of a wait queue head keeps under the head's lock: the state of an eventfd's context.
///
/// The corresponding kernel structure is `eventfd_ctx`, in which the wait queue head is embedded.
@safe
@usableFromInline
package struct OwnerState {
    /// The counter.
    package var count: UInt64 = 0
    /// How many irqfds are hooked on the queue.
    package var hooked: UInt32 = 0
    package var isSemaphore = false
    /// The file is gone, and everybody has been told.
    package var hasHungUp = false
    /// The last reference was put: nothing may be touched any more.
    package var isEnded = false
    package var registrySlot: UInt32 = 0
    /// The counter is not here but in the kernel, behind a descriptor; `count` is always the largest then, so that whatever looks
    /// at it finds no room, and comes to look here.
    package var isOnDescriptor = false
    /// What the owner keeps besides, where somebody asked for it: the owner knows of which class it is.
    package var attachment: AnyObject?
    /// Runs once no wait queue lock is held by this thread, if it was put off.
    package var putOff: ((WaitQueueHead) -> Void)?
    var nextPutOff: Unmanaged<WaitQueueHead>?

    init() {}
}
