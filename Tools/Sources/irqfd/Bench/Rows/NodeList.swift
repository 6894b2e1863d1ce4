// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CFloors

    /// A plain list, the floor of a walk.
    @safe final class NodeList {
        private let list: OpaquePointer

        init(count: Int, _ sizes: (node: Int, context: Int)) throws {
            guard let list = unsafe floors_list_open(UInt64(count), UInt64(sizes.node), UInt64(sizes.context)) else {
                throw BenchError("there is no memory for a list of \(count) nodes")
            }
            unsafe self.list = list
        }

        deinit { unsafe floors_list_close(list) }

        func call(_ walks: Int) { unsafe floors_list_call(list, UInt64(walks)) }
        func look(_ walks: Int) { unsafe floors_list_look(list, UInt64(walks)) }
    }
#endif
