// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives
    internal import Workqueue

    /// A reference to an object, which one thread of a scenario uses and drops.
    final class Share<Object: AnyObject & Sendable>: @unchecked Sendable {
        // @unchecked: only the thread that drops the reference touches it.
        private var reference: Object?
        private let willDrop: @Sendable (Object) -> Void

        /// `willDrop` is a step that depends on the drops of all other references: who drops the last one runs the deinit.
        init(_ object: Object, willDrop: @escaping @Sendable (Object) -> Void) {
            reference = object
            self.willDrop = willDrop
        }

        var object: Object { reference! }

        func drop() {
            willDrop(reference!)
            reference = nil
        }
    }

    /// Two references to a new object, and no third one.
    @inline(never)
    func twoShares<Object>(
        willDrop: @escaping @Sendable (Object) -> Void,
        _ make: () -> Object
    ) -> (Share<Object>, Share<Object>) {
        let object = make()
        return (Share(object, willDrop: willDrop), Share(object, willDrop: willDrop))
    }

    /// Tells when it has gone.
    final class Token: Sendable {
        private let gone: Tally

        init(_ gone: Tally) { self.gone = gone }
        deinit { gone.add() }

        /// Keeps it in a closure that has nothing else to do with it.
        func touch() {}
    }
#endif
