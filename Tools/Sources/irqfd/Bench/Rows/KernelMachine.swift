// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CKVM
    import CLinux

    /// A virtual machine of the kernel's, with interrupt controllers and without a processor.
    final class KernelMachine {
        private let kvm: Int32
        private var machine: Int32

        init() throws {
            kvm = ckvm_open()
            if kvm < 0 { throw BenchError("/dev/kvm could not be opened: error \(-kvm)") }
            machine = ckvm_create_vm(kvm)
            let result = machine < 0 ? machine : ckvm_create_interrupt_controllers(machine)
            // From here on the deinit closes what is open.
            if result < 0 { throw BenchError("a virtual machine could not be made: error \(-result)") }
        }

        deinit {
            close()
            _ = clinux_close(kvm)
        }

        /// Lets an eventfd interrupt the machine.
        @inline(never)
        func assign(_ eventfd: Int32, line: UInt32) throws {
            let result = ckvm_irqfd(machine, eventfd, line, true)
            if result < 0 { throw BenchError("KVM_IRQFD failed: error \(-result)") }
        }

        @inline(never)
        func deassign(_ eventfd: Int32, line: UInt32) throws {
            let result = ckvm_irqfd(machine, eventfd, line, false)
            if result < 0 { throw BenchError("KVM_IRQFD failed: error \(-result)") }
        }

        /// Ends the machine, and with it all its irqfds.
        func close() {
            if machine >= 0 { _ = clinux_close(machine) }
            machine = -1
        }

        /// A peer of a row, if machines can be made; else why not.
        static func peer(_ make: () throws -> RowMeters.Peer) -> (peers: [RowMeters.Peer], notes: [String]) {
            do { return ([try make()], []) } catch { return ([], ["\(PeerName.kvm): \(error)"]) }
        }
    }
#endif
