// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if (DEBUG || ScheduleExploration) && !hasFeature(Embedded)
    internal import CKernelPrimitives
    internal import Synchronization

    /// Debug builds, and explored schedules: watches in which order locks are taken, and reports the first inversion with both orders.
    ///
    /// Locks of different kinds are compared by kind; locks of one kind (two wait queues) by instance. An order is
    /// recorded the first time it is seen, so an inversion is found without the deadlock happening.
    ///
    /// The corresponding kernel facility is `lockdep`.
    @usableFromInline
    package final class LockOrder: @unchecked Sendable {
        // @unchecked: all variables are guarded by `guardian`.

        @usableFromInline package static let shared = LockOrder()

        /// What an edge of the order connects.
        @usableFromInline package struct Key: Equatable {
            @usableFromInline let kind: LockKind
            @usableFromInline let serial: UInt32

            @usableFromInline init(kind: LockKind, serial: UInt32) {
                self.kind = kind
                self.serial = serial
            }
        }

        private struct Edge {
            let outer: Key
            let inner: Key
            let thread: String
        }

        private struct Held {
            let address: UInt
            let key: Key
        }

        private let nextSerial = Atomic<UInt32>(1)
        private let guardian = GuardianLock()
        private var edges: [Edge] = []
        private var held: [Held] = []

        @usableFromInline func makeSerial() -> UInt32 { nextSerial.wrappingAdd(1, ordering: .relaxed).oldValue }

        /// Called by the thread that just took the lock at `address`.
        @usableFromInline func acquired(_ key: Key, address: UInt) {
            guardian.withLock {
                held.append(Held(address: address, key: key))
                var index: UInt32 = 0
                while let outerPointer = unsafe kp_held_lock(index) {
                    index += 1
                    let outerAddress = UInt(bitPattern: outerPointer)
                    guard outerAddress != address, let outer = held.first(where: { $0.address == outerAddress })?.key else { continue }
                    record(outer, key)
                }
            }
        }

        @usableFromInline func released(_ address: UInt) {
            guardian.withLock {
                if let index = held.lastIndex(where: { $0.address == address }) { held.remove(at: index) }
            }
        }

        /// The lock with this serial number is gone; its number is never used again.
        @usableFromInline func forget(_ serial: UInt32) {
            guardian.withLock {
                edges.removeAll { $0.outer.kind == $0.inner.kind && ($0.outer.serial == serial || $0.inner.serial == serial) }
            }
        }

        private func record(_ outer: Key, _ inner: Key) {
            if outer.kind != inner.kind {
                add(Key(kind: outer.kind, serial: 0), Key(kind: inner.kind, serial: 0))
            } else {
                add(outer, inner)
            }
        }

        private func add(_ outer: Key, _ inner: Key) {
            if edges.contains(where: { $0.outer == outer && $0.inner == inner }) { return }
            var path: [Key] = []
            if let earlier = findPath(from: inner, to: outer, &path) {
                misuse(
                    "lock order inversion: thread \"\(ExecutionContext.threadName)\" takes \(name(inner)) while it holds \(name(outer)), "
                        + "but the order \((path + [outer]).map(name).joined(separator: " → ")) was taken before, by thread \"\(earlier.thread)\""
                )
            }
            edges.append(Edge(outer: outer, inner: inner, thread: ExecutionContext.threadName))
        }

        /// The first edge of a way from one lock to another along the orders seen so far.
        private func findPath(from: Key, to: Key, _ path: inout [Key]) -> Edge? {
            if path.contains(from) { return nil }
            path.append(from)
            for edge in edges where edge.outer == from {
                if edge.inner == to || findPath(from: edge.inner, to: to, &path) != nil { return edge }
            }
            path.removeLast()
            return nil
        }

        private func name(_ key: Key) -> String { key.serial == 0 ? key.kind.name : "\(key.kind.name) \(key.serial)" }
    }
#endif
