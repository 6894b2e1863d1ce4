// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CLinux

    /// Many eventfds of the kernel's for irqfds of its own, as many as may be open at once.
    struct KernelEventfds {
        private let count: Int
        private(set) var notes: [String] = []
        private var canMakeMachines = false

        init(atMost count: Int) {
            // Some more are open besides.
            let limit = max(0, Int(clinux_raise_open_files()) - 256)
            self.count = min(count, limit)
            if self.count < count { notes.append("\(PeerName.kvm): \(self.count) instead of \(count), which is what may be open at once") }
            do {
                _ = try KernelMachine()
                canMakeMachines = true
            } catch {
                notes.append("\(PeerName.kvm): \(error)")
            }
        }

        /// The peer, which is measured by the body; it is opened so many, for each slice anew. None, where no machine can be made.
        func peers(_ measure: @escaping ([KernelEventfd]) throws -> Double) -> [RowMeters.Peer] {
            guard canMakeMachines else { return [] }
            return [.init(name: PeerName.kvm) { [count] in try measure(try (0..<count).map { _ in try KernelEventfd() }) }]
        }
    }
#endif
